import { basename } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { insideShell } from '../fixtures/sandboxed/inside.ts'

const PROFILE = `name: p
egress:
  - { host: api.test, ports: [80] }
  - { host: closed.test, ports: [80] }
  - { host: closed.test, ports: [443] }
  - { host: internal.test, ports: [80] }
`
const GET = 'curl -s -m 5 -D -'
const WHY = 'the profile does not declare this host'

/** A ClientHello in pieces of 40 bytes, each a segment of its own. */
const IN_PIECES = `const net = require("net"), tls = require("tls"), { Duplex } = require("stream")
  const raw = net.connect({ port: 443, host: "evil.test", noDelay: true })
  const write = (bytes, done) => bytes.length === 0 ? done() :
    raw.write(bytes.subarray(0, 40), () => setImmediate(write, bytes.subarray(40), done))
  const pieces = new Duplex({ read() {}, write: (bytes, _, done) => write(bytes, done) })
  raw.on("data", (bytes) => pieces.push(bytes)).on("error", (error) => pieces.destroy(error))
  tls.connect({ socket: pieces, servername: "evil.test" }).on("error", ({ code }) => console.log(code))`
/** The first bytes of a ClientHello, and no more. */
const HALF_HELLO = `const s = require("net").connect({ port: 443, host: "evil.test", allowHalfOpen: true })
  s.end(Buffer.from([22, 3, 1, 2, 0, 1])); s.on("data", (bytes) => console.log(bytes.toString("hex")))
  s.on("error", ({ code }) => console.log(code))`
const HTTP2 = `const s = require("http2").connect("http://evil.test")
  s.on("goaway", (code, _, words) => console.log(code + "\\n" + words)).on("error", () => {})
  s.request({ ":path": "/" }).on("error", () => {})`
const FETCH = (url: string) => `fetch("${url}").catch(({ cause }) => console.log(cause.code))`

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe('a denied server is told why', () => {
  let mcp: Product
  let profile: string
  beforeEach(() => {
    mcp = product(internet, { user: 'plain' })
    profile = mcp.profile('p', PROFILE)
  })
  const output = async (script: string): Promise<string> =>
    (await insideShell(mcp, profile, `${script} 2>&1; true`)).output
  const node = (script: string) => output(`node -e '${script}'`)
  const flow = () => history(mcp.store, 'p').flows.at(-1)

  it.each<readonly [string, string, string, RegExp, string | null]>([
    [
      'an undeclared host',
      'http://evil.test/',
      'undeclared',
      /evil\.test:80 \(.*\): /,
      'host: evil.test, port: 80',
    ],
    [
      'another port',
      'http://api.test:8080/',
      'port',
      /api\.test:8080 /,
      'host: api.test, port: 8080, protocol: http',
    ],
    [
      'an address',
      `http://${addresses.evil.v4}/`,
      'raw-ip',
      /198\.51\.100\.66:80: an address/,
      `ip: "${addresses.evil.v4}", port: 80`,
    ],
    [
      'another name',
      '--resolve api.test:80:198.51.100.66 http://api.test/',
      'name-mismatch',
      /api\.test:80 /,
      null,
    ],
    ['a private address', 'http://internal.test/', 'address-class', /internal\.test:80 .*`resolves`/, null],
  ])('%s: 403 with the row’s reason and what helps', async (_, url, reason, where, entry) => {
    const text = await output(`${GET} ${url}`)
    const [head = '', body = ''] = text.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(head).toContain(`\r\nX-Mcp-Run-Reason: ${reason}\r\n`)
    const lines = body.trimEnd().split('\n')
    expect(lines[0]).toBe(`mcp-run denied this request: ${reason}`)
    expect(lines[1]).toMatch(where)
    const help =
      entry === null ? [] : [`if the server needs it: add \`- {${entry}}\` to egress in ${basename(profile)}`]
    expect(lines.slice(2)).toEqual(help)
    expect(body).not.toContain(mcp.cwd)
    expect(flow()).toMatchObject({ state: 'denied', reason, cause: reason })
  })

  it('names the command where the profile goes by its name', async () => {
    await internet.run(['mkdir', '-p', `${mcp.store}/profiles`])
    await internet.run(['cp', profile, `${mcp.store}/profiles/p.yaml`])
    const { output: text } = await insideShell(mcp, 'p', `${GET} http://evil.test/x; true`)
    expect(text).toContain(`: ${WHY}\nif the server needs it: egress allow p evil.test:80\n`)
  })

  it('says the same word and sentence on stderr', async () => {
    const { result } = await insideShell(mcp, profile, `${GET} http://evil.test/; true`)
    expect(result.stderr.toString()).toMatch(
      new RegExp(
        `^mcp-run: alert: p: evil\\.test:80 \\(.*\\): undeclared, denied: ${WHY}; if the server needs it: add`,
        'm',
      ),
    )
  })

  it('502 where a declared destination is out of reach, with the row’s cause', async () => {
    const text = await output(`${GET} http://closed.test/`)
    expect(text).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/)
    expect(text).toContain('\r\nX-Mcp-Run-Reason: unreachable\r\n')
    expect(text).toMatch(/mcp-run could not reach closed\.test:80 \(.*\): ECONNREFUSED\n$/)
    expect(flow()).toMatchObject({ state: 'unreachable', cause: 'ECONNREFUSED' })
  })

  it.each([
    ['curl', 'curl -sS https://evil.test/', 'tlsv1 alert access denied'],
    ['curl, TLS 1.2', 'curl -sS --tls-max 1.2 https://evil.test/', 'tlsv1 alert access denied'],
    [
      'openssl',
      'openssl s_client -connect evil.test:443 -servername evil.test </dev/null',
      'SSL alert number 49',
    ],
    [
      'openssl, without a name',
      `openssl s_client -noservername -connect ${addresses.evil.v4}:443 </dev/null`,
      'SSL alert number 49',
    ],
    ['node', `node -e '${FETCH('https://evil.test/')}'`, 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED'],
    ['node, its hello in pieces', `node -e '${IN_PIECES}'`, 'ERR_SSL_TLSV1_ALERT_ACCESS_DENIED'],
    ['half a hello', `node -e '${HALF_HELLO}'`, '15030300020231'],
    ['curl, to what is out of reach', 'curl -sS https://closed.test/', 'tlsv1 alert internal error'],
    [
      'node, to what is out of reach',
      `node -e '${FETCH('https://closed.test/')}'`,
      'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
    ],
  ])('TLS: %s names the alert', async (_, script, expected) => {
    expect(await output(script)).toContain(expected)
  })

  it('HTTP/2 without TLS: to use HTTP/1.1, and why', async () => {
    const [code, ...words] = (await node(HTTP2)).trimEnd().split('\n')
    expect(code).toBe('13')
    expect(words).toEqual([
      'mcp-run denied this request: undeclared',
      expect.stringMatching(new RegExp(`^evil\\.test:80 \\(.*\\): ${WHY}$`)),
      expect.stringMatching(/^if the server needs it: add /),
    ])
  })
})
