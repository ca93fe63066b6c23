import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { type Patch, patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { type InspectedAttack, type InspectedPlace, inspectedFamily } from './rig/inspected.ts'
import { first, NO_INSPECTION, NO_REQUEST_POLICY } from './rig/patches.ts'

type At = InspectedPlace

const CURL = 'curl -sS -m 10'
const args = ['--read-only']
const egress = ({ host }: At): string => `  - { host: ${host}, reads: [POST /ok/search] }`
const denied = { in: 'requests', reason: 'read-only', alerts: ['denied_destination'] } as const
const attack = (title: string, script: (at: At) => string): InspectedAttack => {
  return { row: 53, title, egress, script, denied }
}
const url = ({ host, mark }: At): string => `https://${host}/${mark}`
const search = ({ host, mark }: At, rest = `?${mark}`): string => `-d x 'https://${host}/ok/search${rest}'`
const inside = ({ host }: At, text: string): string =>
  `echo ${Buffer.from(text, 'latin1').toString('hex')} | node $KIT/tls.cjs ${host} 443`

const requests: readonly InspectedAttack[] = [
  attack('POST', (at) => `${CURL} -d x ${url(at)}`),
  attack('DELETE, over HTTP/2', (at) => `${CURL} --http2 -X DELETE ${url(at)}`),
  attack('a method in small letters', (at) => `${CURL} -X delete ${url(at)}`),
  attack('a method that few know', (at) => `${CURL} -X MKCOL ${url(at)}`),
  attack(
    'the second request of a connection',
    (at) => `${CURL} https://${at.host}/first --next -sS -d x ${url(at)}`,
  ),
  ...['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override', 'X_HTTP_Method_Override'].flatMap(
    (name) => [
      attack(`${name} on GET`, (at) => `${CURL} -H '${name}: DELETE' ${url(at)}`),
      attack(`${name} on a read by POST`, (at) => `${CURL} -H '${name}: DELETE' ${search(at)}`),
    ],
  ),
  attack(
    'X-HTTP-Method-Override, over HTTP/2',
    (at) => `${CURL} --http2 -H 'x-http-method-override: PUT' ${url(at)}`,
  ),
  attack('X-Original-URL on a read', (at) => `${CURL} -H 'X-Original-URL: /items' ${search(at)}`),
  attack('_method in the query', (at) => `${CURL} '${url(at)}?_method=DELETE'`),
  attack('_method in the query, escaped', (at) => `${CURL} '${url(at)}?%5fmeth%6fd=%64elete'`),
  attack('GET with a body', (at) => `${CURL} -X GET -d '{"delete":true}' ${url(at)}`),
  attack('GET with a body, over HTTP/2', (at) => `${CURL} --http2 -X GET -d '{"delete":true}' ${url(at)}`),
  attack(
    'GET with a body in chunks',
    (at) => `${CURL} -X GET -H 'Transfer-Encoding: chunked' -d '{"delete":true}' ${url(at)}`,
  ),
  attack('a WebSocket', (at) => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
    const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n`
    return inside(at, `GET /${at.mark} HTTP/1.1\r\nHost: ${at.host}\r\n${upgrade}${key}\r\n`)
  }),
  ...['/../', '%2f..%2f', '%252f..%252f', ';/../', '/%2e%2e/', '\\..\\', '//'].map((way) =>
    attack(`a read with ${way} behind it`, (at) => `${CURL} --path-as-is ${search(at, `${way}${at.mark}`)}`),
  ),
  attack('a read in capitals', ({ host, mark }) => `${CURL} -d x https://${host}/OK/search?${mark}`),
]

describe('requests', () => inspectedFamily({ args, attacks: requests, control: NO_REQUEST_POLICY }))

describe('a client that brings its own list of authorities', () =>
  inspectedFamily({
    args,
    attacks: [
      {
        ...attack(
          'a client that does not let itself be read',
          (at) => `${CURL} --cacert ../ca.pem ${url(at)}`,
        ),
        egress: ({ host }) => `  - { host: ${host}, inspect: false }`,
        denied: { in: 'flows', reason: 'inspection-refused', alerts: ['denied_destination'] },
      },
    ],
    control: NO_INSPECTION,
  }))

describe('what is declared and cannot be read', () =>
  inspectedFamily({
    args,
    attacks: [
      {
        ...attack('an opaque protocol', ({ host, mark }) => `${CURL} http://${host}/${mark}`),
        egress: ({ host }) => `  - { host: ${host}, port: 80, protocol: opaque }`,
        denied: { in: 'flows', reason: 'read-only', alerts: ['denied_destination'] },
      },
    ],
    control: [first('isReadable', 'return!0;')],
  }))

/** Lists `read` as a tool that only reads and `write` as one that writes, and repeats whatever line it gets. */
const SERVER = `
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const say = (message) => console.log(JSON.stringify({ jsonrpc: '2.0', ...message }))
  if (line.includes('tools/list')) {
    const tool = (name, readOnlyHint) => ({ name, inputSchema: { type: 'object' }, annotations: { readOnlyHint } })
    say({ id: 'list', result: { tools: [tool('read', true), tool('write', false), tool('twice', true), tool('twice', false)] } })
  } else say({ method: 'notifications/got', params: { line } })
})`
const LIST = '{"jsonrpc":"2.0","id":"list","method":"tools/list"}'
const LAST = '{"jsonrpc":"2.0","id":"last","method":"ping"}'
const call = (name: string, id: unknown = 7): string =>
  JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } })

const CALLS: Readonly<Record<string, readonly string[]>> = {
  'a hidden tool': [call('write')],
  'a tool that is not there': [call('delete')],
  'a name that is listed twice': [call('twice')],
  'an id that a call that may be made has': [call('write', 'reading')],
  'a batch with a call that may be made': [`[${call('read', 1)},${call('write', 2)}]`],
  'a batch in a batch': [`[[${call('write')}]]`],
  'a name in other letters': [call('WRITE'), call('wr\u0131te'), call('\uff57rite')],
  'half a character in a name': [call('x').replace('"x"', '"\\ud800"')],
  'names twice': [
    call('write').replace('"name"', '"name":"read","name"'),
    call('read').replace('"name"', '"name":"write","name"'),
  ],
  'names in two spellings': [call('read').replace('"name"', '"Name":"write","name"')],
  'params in two spellings': [call('read').replace('"params"', '"param\u017f":{"name":"write"},"params"')],
  'methods twice': [call('write').replace('"method"', '"method":"ping","method"')],
  'a method in two spellings': [
    call('write').replace('"method":"tools/call"', '"method":"ping","METHOD":"tools/call"'),
  ],
  'a method that is read less closely': [call('write').replace('tools/call', 'Tools/Call')],
  'a call without an id': [call('write').replace('"id":7,', '')],
  'what follows a message': [`${LAST}${call('write')}`],
  'no JSON': [`${call('write')},`, `/**/${call('write')}`, `\ufeff${call('write')}`],
}

/** The calls pass as they come, and so do lists. */
const NO_GATE: readonly Patch[] = [
  first(
    'createReadOnlyGate',
    'return{fromClient:line=>({toServer:line,answer:null}),fromServer:line=>line};',
  ),
]

describe('calls', () => {
  let internet: Internet
  beforeAll(async () => {
    internet = await startInternet()
  })
  afterAll(() => internet?.close())

  /** Which of the lines reached the server, and the ids of errors. */
  async function talk(user: User, lines: readonly string[], dist?: string) {
    const mcp = product(internet, { user, ...(dist !== undefined && { dist }) })
    const program = join(mcp.cwd, 'server.cjs')
    writeFileSync(program, SERVER, { mode: 0o644 })
    chownSync(program, mcp.serverFilesUid, mcp.serverFilesUid)
    const profile = mcp.profile('p', 'name: p\negress: []\n')
    const child = mcp.spawn(['--profile', profile, ...args, '--', 'node', program])
    const got: string[] = []
    const listed: string[] = []
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.stdin?.write(`${LIST}\n`)
    for await (const text of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
      const message = JSON.parse(text)
      if (message.id === 'list') {
        listed.push(...message.result.tools.map(({ name }: { name: string }) => name))
        for (const line of [call('read', 'reading'), ...lines, LAST]) child.stdin?.write(`${line}\n`)
      }
      if (message.method === 'notifications/got') got.push(message.params.line)
      if (got.at(-1) === LAST) child.stdin?.end()
    }
    await closed
    return { got: got.slice(1, -1), first: got[0], listed }
  }
  const all = Object.values(CALLS).flat()

  it.each(USERS)('row 54: reach no server that lists their tool as one that writes, as %s', async (user) => {
    expect(await talk(user, all)).toEqual({ got: [], first: call('read', 'reading'), listed: ['read'] })
  })

  it('row 54: all of them do without the guard', async () => {
    const { got, listed } = await talk('root', all, patchedBuild(internet.folder(0), NO_GATE))
    expect(got).toEqual(all)
    expect(listed).toEqual(['read', 'write', 'twice', 'twice'])
  })
})
