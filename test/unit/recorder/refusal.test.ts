import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FirstBytes } from '../../../runtime/protocol/first-bytes.ts'
import type { Explanation } from '../../../runtime/recorder/explanation.ts'
import { type Opening, readOpening } from '../../../runtime/recorder/first-bytes.ts'
import { refuse } from '../../../runtime/recorder/refusal.ts'

const DENIED: Explanation = {
  reason: 'undeclared',
  outage: false,
  lines: ['mcp-run denied this request: undeclared', 'evil.test:80: the profile does not declare this host'],
}
const OUTAGE: Explanation = { reason: 'unreachable', outage: true, lines: ['mcp-run could not reach it'] }
const HELLO = Buffer.from([22, 3, 1, 0, 200])

let server: Server
let client: Socket
let near: Socket
beforeEach(async () => {
  server = createServer({ allowHalfOpen: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  client = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  near = accepted
  near.on('error', () => undefined)
})
afterEach(() => {
  client.destroy()
  near.destroy()
  server.close()
})

/** What the client gets, or the code of its error. */
async function got(): Promise<string> {
  let text = ''
  try {
    for await (const chunk of client) text += (chunk as Buffer).toString('latin1')
    return text
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? ''
  }
}

const opening = (first: unknown, bytes = Buffer.alloc(0)): Opening => {
  return { first: first as FirstBytes, bytes, ended: false }
}
const http = (method = 'GET') => opening({ kind: 'http', method, host: '<script>' })

describe('refuse', () => {
  const alert = (description: number) => `\x15\x03\x03\x00\x02\x02${String.fromCharCode(description)}`
  it.each<readonly [string, Opening, Explanation, string]>([
    ['TLS with access_denied', opening({ kind: 'tls' }, HELLO), DENIED, alert(49)],
    ['TLS with internal_error', opening({ kind: 'tls' }, HELLO), OUTAGE, alert(80)],
    ['a broken hello', opening({ kind: 'malformed', protocol: 'tls' }, HELLO), DENIED, alert(49)],
    ['a hello that did not become whole', opening({ kind: 'unknown' }, HELLO), DENIED, alert(49)],
    [
      'what is unknown with a reset',
      opening({ kind: 'unknown' }, Buffer.from('SSH-2.0')),
      DENIED,
      'ECONNRESET',
    ],
    ['what was not read with a reset', opening({ kind: 'unknown' }), OUTAGE, 'ECONNRESET'],
  ])('answers %s', async (_, first, explanation, expected) => {
    refuse(near, first, explanation)
    expect(await got()).toBe(expected)
  })

  it.each([
    ['403 Forbidden', 'undeclared', DENIED],
    ['502 Bad Gateway', 'unreachable', OUTAGE],
  ])('answers HTTP with %s, in its own words alone', async (status, reason, explanation) => {
    refuse(near, http(), explanation)
    const text = await got()
    const [head = '', body = ''] = text.split('\r\n\r\n')
    expect(head.split('\r\n')).toEqual([
      `HTTP/1.1 ${status}`,
      'Content-Type: text/plain; charset=utf-8',
      `X-Mcp-Run-Reason: ${reason}`,
      `Content-Length: ${body.length}`,
      'Cache-Control: no-store',
      'Connection: close',
    ])
    expect(body).toBe(`${explanation.lines.join('\n')}\n`)
    expect(text).not.toContain('script')
  })

  it('answers a broken HTTP head too', async () => {
    refuse(near, opening({ kind: 'malformed', protocol: 'http' }), DENIED)
    expect(await got()).toMatch(/^HTTP\/1\.1 403 /)
  })

  it('answers HEAD without a body', async () => {
    refuse(near, http('HEAD'), DENIED)
    expect(await got()).toMatch(/\r\nContent-Length: \d\d+\r\n.*\r\n\r\n$/s)
  })

  it('is read by a client that first sends all that it has', async () => {
    client.write('POST / HTTP/1.1\r\nHost: evil.test\r\nContent-Length: 8388608\r\n\r\n')
    const sent = new Promise((resolve) => client.write(Buffer.alloc(8_388_608), resolve))
    refuse(near, await readOpening(near), DENIED)
    await sent
    expect(await got()).toMatch(/^HTTP\/1\.1 403 .*this host\n$/s)
  })

  it('lets a client that never ends go in the end', async () => {
    client.removeAllListeners()
    client.on('error', () => undefined)
    client.allowHalfOpen = true
    client.resume()
    refuse(near, http(), DENIED)
    await once(near, 'close')
  })

  it('minds no client that has gone', () => {
    near.destroy()
    refuse(near, opening({ kind: 'unknown' }), DENIED)
    refuse(near, http(), DENIED)
  })
})

it('tells a client of HTTP/2 without TLS to speak HTTP/1.1, and why', async () => {
  const listener = createServer({ allowHalfOpen: true }, async (socket) => {
    refuse(socket, await readOpening(socket), DENIED)
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const session = connectHttp2(`http://127.0.0.1:${(listener.address() as AddressInfo).port}`)
  const goAway = once(session, 'goaway')
  const failed = once(session, 'error')
  session.request({ ':path': '/' }).on('error', () => undefined)
  const [code, , words] = (await goAway) as [number, number, Buffer]
  expect(code).toBe(13)
  expect(words.toString()).toBe(DENIED.lines.join('\n'))
  expect(String((await failed)[0])).toContain('error code 13')
  listener.close()
})
