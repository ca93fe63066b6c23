import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { type Patch, patchedBuild } from '../fixtures/product/patched-build.ts'
import { type Product, product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { message, name, question } from '../unit/protocol/dns-bytes.ts'
import { alpn, clientHello, serverName } from '../unit/protocol/hello-bytes.ts'
import { KIT } from './rig/barrage.ts'
import { first } from './rig/controls.ts'
import { send } from './rig/kit.ts'
import { start } from './rig/live.ts'

/** What a terminal acts on, or what hides or turns the text around it. */
const TRICKS = {
  'a line end': '\r\n',
  'a screen that is cleared': '\x1b[2J',
  'a link in a terminal (OSC 8)': '\x1b]8;;http://evil.test\x07here\x1b]8;;\x07',
  'the same with one-byte controls': '\x9b2J\x9d8;;http://evil.test\x9c',
  'text that runs backwards': Buffer.from('\u202e').toString('latin1'),
  'text of no width': Buffer.from('\u200b\u2066').toString('latin1'),
  'a NUL byte': '\0',
  DEL: '\x7f',
} as const
const DROP = "');DROP/**/TABLE/**/flows;--"
const UNSAFE = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

/** Shown as it is: the guards of row 42. */
const NO_ESCAPES: readonly Patch[] = [
  first('escapeText', 'return arguments[0];'),
  first('escapeText', 'return arguments[0];', 'egress.cjs'),
  first('safeJson', 'return JSON.stringify(arguments[0],null,arguments[1]);', 'egress.cjs'),
]

const get = (path: string, host: string): Buffer =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)

function script(sink: string): string {
  const lines = Object.values(TRICKS).flatMap((trick, index) => [
    send('udp', sink, 53, [
      message({ questions: [question(name(`n${index}${trick.slice(0, 50)}`, 'evil', 'test'), 1)] }),
    ]),
    send('tcp', sink, 443, [clientHello(serverName(`s${index}${trick}.evil.test`))]),
    send('tcp', sink, 443, [clientHello(alpn(`a${index}${trick}`), serverName(`alpn${index}.evil.test`))]),
    send('tcp', sink, 80, [get(`/p${index}${trick}`, 'evil.test')]),
    send('tcp', sink, 80, [get('/', `h${index}${trick}.evil.test`)]),
    `printf 'e${index}%b\\n' '${trick.replace(/[^\x21-\x7e]/g, (each) => `\\0${each.charCodeAt(0).toString(8)}`)}' >&2`,
  ])
  const inert = [
    send('tcp', sink, 80, [get(`/${DROP}`, 'evil.test')]),
    send('tcp', sink, 80, [get(`/=cmd|'/C${'%20'}calc'!A0`, 'evil.test')]),
    send('tcp', sink, 80, [get('/<script>alert(1)</script>', 'evil.test')]),
    send('tcp', sink, 80, [get('/', DROP)]),
    send('tcp', sink, 80, [get(`/${'word/'.repeat(2400)}`, 'evil.test')]),
    send('udp', sink, 53, [message({ questions: [question(name(DROP, 'evil', 'test'), 1)] })]),
  ]
  const all = [...lines, ...inert].map((line, index) => `(${line}) &${index % 10 === 9 ? ' wait' : ''}`)
  return ['read begin', `printf 'a line that is not JSON \\033[2J\\n'`, ...all, 'wait'].join('\n')
}

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet?.close())

/** What a person, a client and a program are shown of one hostile session. */
async function shown(user: User, dist?: string) {
  const mcp = product(internet, { user, env: { COLUMNS: '100' }, ...(dist && { dist }) })
  cpSync(KIT, join(mcp.cwd, 'kit'), { recursive: true })
  const profile = mcp.profile(
    'shown',
    `name: shown\negress: []\nenv: { set: { KIT: ${join(mcp.cwd, 'kit')} } }\n`,
  )
  const live = start(mcp, ['--profile', profile, '--', 'sh', '-c', script(internet.addresses.sink.v4)])
  const words: Buffer[] = []
  live.child.stdout?.on('data', (chunk: Buffer) => words.push(chunk))
  live.tell('{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}')
  live.tell('{"jsonrpc":"2.0","method":"notifications/initialized"}')
  const { code } = await live.ended()
  const told = Buffer.concat(words)
    .toString()
    .split('\n')
    .filter((line) => line.includes('notifications/message'))
  const outputs = new Map<string, string>([
    ['stderr', live.stderr()],
    ['messages to the client', told.map((line) => JSON.parse(line).params.data.message).join('\n')],
  ])
  for (const command of COMMANDS) outputs.set(`egress ${command.join(' ')}`, await mcp.egress(command))
  return { mcp, code, outputs }
}

const COMMANDS = [
  ['report'],
  ['report', '--format', 'json'],
  ['alerts'],
  ['alerts', '--format', 'json'],
  ['flows', '--server', 'shown'],
  ['flows', '--server', 'shown', '--format', 'jsonl'],
  ['dns', '--server', 'shown'],
  ['dns', '--server', 'shown', '--format', 'jsonl'],
]
const OUTPUTS = [
  'stderr',
  'messages to the client',
  ...COMMANDS.map((command) => `egress ${command.join(' ')}`),
]

describe.each(USERS)('as %s', (user) => {
  let all: Awaited<ReturnType<typeof shown>>
  beforeAll(async () => {
    all = await shown(user)
  })

  it.each(OUTPUTS)('row 42: %s shows nothing that a terminal acts on', (output) => {
    const text = all.outputs.get(output) ?? ''
    expect(text).toContain('evil.test')
    expect(text.match(UNSAFE)).toBeNull()
  })

  it('row 42: what is long is cut', () => {
    const lines = all.outputs.get('egress flows --server shown --format jsonl')?.split('\n') ?? []
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(4000)
    expect(lines.join('')).toContain('word/word')
  })

  it('row 43: code in names and paths is data', () => {
    const { flows } = read(all)
    const paths = flows.flatMap(({ requests }) => requests.map(({ path }) => path))
    expect(paths).toContain("/');DROP/**/TABLE/**/flows;--")
    expect(paths).toContain('/<script>alert(1)</script>')
    const tricks = Object.keys(TRICKS).length
    // Four connections a trick, and five more: none is lost.
    expect(flows).toHaveLength(4 * tricks + 5)
    const db = new Database(databaseOf(all.mcp), { readonly: true })
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    db.close()
  })
})

describe('without the guards', () => {
  let free: Awaited<ReturnType<typeof shown>>
  beforeAll(async () => {
    free = await shown('root', patchedBuild(internet.folder(0), NO_ESCAPES))
  })

  it.each(['stderr', 'egress flows --server shown --format jsonl'])(
    'row 42: %s shows controls as they came',
    (output) => {
      expect(free.outputs.get(output)).toMatch(UNSAFE)
    },
  )

  it('row 43: put into a statement, the same path does what it says', () => {
    const db = new Database(databaseOf(free.mcp))
    db.exec(`SELECT lower('${DROP}`)
    expect(() => db.prepare('SELECT * FROM flows')).toThrow('no such table')
    db.close()
  })
})

interface Line {
  readonly requests: readonly { readonly path: string }[]
}

function read({ outputs }: { readonly outputs: ReadonlyMap<string, string> }): {
  readonly flows: readonly Line[]
} {
  const text = outputs.get('egress flows --server shown --format jsonl') ?? ''
  return {
    flows: text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line),
  }
}

function databaseOf(mcp: Product): string {
  const folder = join(mcp.store, 'servers')
  return join(folder, readdirSync(folder).find((file) => file.endsWith('.sqlite')) ?? '')
}
