import { describe, expect, it } from 'vitest'
import { createCallTracker } from '../../../runtime/mcp/call-tracker.ts'
import { MessageScan } from '../../../runtime/mcp/message-scan.ts'

/** What passes, in order; a number lets so many milliseconds go by. */
type Step = ['client' | 'server', string] | number

/** `kind`, and each call as `id method tool`. */
type Expected = [kind: 'one' | 'ambiguous' | 'background', ...calls: string[]]

function tracked(steps: readonly Step[]) {
  let now = 1000
  const tracker = createCallTracker({ clock: () => now })
  const client = new MessageScan((facts) => tracker.fromClient(facts))
  const server = new MessageScan((facts) => tracker.fromServer(facts))
  for (const step of steps) {
    if (typeof step === 'number') now += step
    else (step[0] === 'client' ? client : server).push(Buffer.from(step[1]))
  }
  return tracker
}

function attribution(steps: readonly Step[]): Expected {
  const { kind, calls } = tracked(steps).attribution()
  return [kind, ...calls.map(({ id, method, tool }) => `${id} ${method} ${tool}`)]
}

const client = (message: object): Step => ['client', `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`]
const ask = (id: unknown, method: string, params: object = {}): Step => client({ id, method, params })
const call = (id: unknown, name: string, rest: object = {}): Step =>
  ask(id, 'tools/call', { name, arguments: {}, ...rest })
const cancel = (requestId: unknown): Step =>
  client({ method: 'notifications/cancelled', params: { requestId } })
const server = (line: string): Step => ['server', line]
const answer = (id: unknown, body: object = { result: { content: [] } }): Step =>
  server(`${JSON.stringify({ jsonrpc: '2.0', id, ...body })}\n`)
const MODERN = { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }

const CASES: [name: string, steps: Step[], expected: Expected][] = [
  ['nothing was asked', [], ['background']],
  ['a tool is called', [call(1, 'send')], ['one', '1 tools/call send']],
  ['the same in 2026-07-28', [call(1, 'send', MODERN)], ['one', '1 tools/call send']],
  ['answered a while ago', [call(1, 'send'), answer(1), 100], ['background']],
  ['answered a moment ago', [call(1, 'send'), answer(1), 99], ['one', '1 tools/call send']],
  [
    'answered by an error',
    [call(1, 'a'), answer(1, { error: { code: 1, message: 'x' } }), 100],
    ['background'],
  ],
  ['cancelled', [call(1, 'send'), cancel(1), 100], ['background']],
  ['cancelled a moment ago', [call(1, 'send'), cancel(1)], ['one', '1 tools/call send']],
  ['another is cancelled', [call(1, 'send'), cancel('1'), 100], ['one', '1 tools/call send']],
  [
    'several, the latest first',
    [call(1, 'a'), call('1', 'b'), call(3, 'c')],
    ['ambiguous', '3 tools/call c', '"1" tools/call b', '1 tools/call a'],
  ],
  ['one of several is answered', [call(1, 'a'), call(2, 'b'), answer(1), 100], ['one', '2 tools/call b']],
  [
    'what ended a moment ago gives way to what is open',
    [call(1, 'a'), answer(1), call(2, 'b')],
    ['one', '2 tools/call b'],
  ],
  ['a call without a name', [ask(1, 'tools/call')], ['one', '1 tools/call null']],
  ['the name is the call’s own', [call(1, 'a', { arguments: { name: 'b' } })], ['one', '1 tools/call a']],
  ['another request, no handshake needed', [ask(0, 'tools/list')], ['one', '0 tools/list null']],
  ['a handshake changes nothing', [call(1, 'a'), ask(0, 'initialize')], ['one', '1 tools/call a']],
  [
    'other requests beside a tool’s call',
    [ask(1, 'ping'), call(2, 'a'), ask(3, 'prompts/get', { name: 'x' })],
    ['one', '2 tools/call a'],
  ],
  ['a prompt’s name is no tool', [ask(3, 'prompts/get', { name: 'x' })], ['one', '3 prompts/get null']],
  [
    'a tool’s call that ended a moment ago, and another request',
    [call(1, 'a'), answer(1), ask(2, 'ping')],
    ['ambiguous', '2 ping null', '1 tools/call a'],
  ],
  [
    'two other requests, one ended',
    [ask(1, 'ping'), answer(1), ask(2, 'tools/list')],
    ['one', '2 tools/list null'],
  ],
  ['a subscription is nobody’s asking', [ask(1, 'subscriptions/listen', MODERN)], ['background']],
  ['also when it ends', [ask(1, 'subscriptions/listen'), answer(1)], ['background']],
  ['a notification opens nothing', [client({ method: 'tools/call', params: { name: 'a' } })], ['background']],
  ['a null id opens nothing', [call(null, 'a')], ['background']],
  ['an answer of the client’s opens nothing', [client({ id: 1, result: {} })], ['background']],
  [
    'a batch',
    [
      [
        'client',
        '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}},{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"b"}}]\n',
      ],
    ],
    ['ambiguous', '2 tools/call b', '1 tools/call a'],
  ],
  [
    'a batch, answered by one',
    [
      ['client', '[{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a"}}]\n'],
      server('[{"jsonrpc":"2.0","id":1,"result":{}}]\n'),
      100,
    ],
    ['background'],
  ],
  [
    'a batch, answered alone',
    [['client', '[{"jsonrpc":"2.0","id":1,"method":"x"}]\n'], answer(1), 100],
    ['background'],
  ],
  [
    'a line in pieces',
    [
      ['client', '{"jsonrpc":"2.0","id":1,"meth'],
      ['client', 'od":"tools/call","params":{"name":"a"}}\n'],
    ],
    ['one', '1 tools/call a'],
  ],
  [
    'an answer in pieces',
    [call(1, 'a'), server('{"jsonrpc":"2.0","id":1,"resu'), server('lt":{}}\n'), 100],
    ['background'],
  ],
  [
    'an answer is one when its line is over',
    [call(1, 'a'), server('{"jsonrpc":"2.0","id":1,"result":{}}'), 100],
    ['one', '1 tools/call a'],
  ],
  [
    'a long id is cut where it is shown',
    [call('x'.repeat(200), 'a')],
    ['one', `"${'x'.repeat(63)} tools/call a`],
  ],
]

const OPEN: Expected = ['one', '1 tools/call send']

/** Whatever the server writes, the call that is open stays open, alone and what it is. */
const HOSTILE: [name: string, line: string][] = [
  ['an answer to an id never asked', '{"jsonrpc":"2.0","id":2,"result":{}}'],
  ['an answer to the text of the id', '{"jsonrpc":"2.0","id":"1","result":{}}'],
  ['an answer to the id in another spelling', '{"jsonrpc":"2.0","id":1.0,"result":{}}'],
  ['an answer to no id', '{"jsonrpc":"2.0","id":null,"result":{}}'],
  ['a batch, which none was asked for', '[{"jsonrpc":"2.0","id":1,"result":{}}]'],
  ['an answer within an answer', '{"jsonrpc":"2.0","id":7,"result":{"jsonrpc":"2.0","id":1,"result":{}}}'],
  [
    'an answer in a text',
    '{"jsonrpc":"2.0","method":"x","params":"{\\"jsonrpc\\":\\"2.0\\",\\"id\\":1,\\"result\\":{}}"}',
  ],
  ['an answer after text', 'ready {"jsonrpc":"2.0","id":1,"result":{}}'],
  ['an answer before text', '{"jsonrpc":"2.0","id":1,"result":{}} ready'],
  ['two in a line', '{"jsonrpc":"2.0","id":1,"result":{}}{"jsonrpc":"2.0","id":1,"result":{}}'],
  ['an answer that is no JSON, by a comma', '{"jsonrpc":"2.0","id":1,"result":{},}'],
  ['by a control character', '{"jsonrpc":"2.0","id":1,"result":{"a":"\u0001"}}'],
  ['by a byte order mark', '\ufeff{"jsonrpc":"2.0","id":1,"result":{}}'],
  ['by a comment', '/**/{"jsonrpc":"2.0","id":1,"result":{}}'],
  ['by an unclosed bracket', '{"jsonrpc":"2.0","id":1,"result":{}'],
  ['without a version', '{"id":1,"result":{}}'],
  ['with a member too many', '{"jsonrpc":"2.0","id":1,"result":{},"x":0}'],
  ['with a second id', '{"jsonrpc":"2.0","id":1,"result":{},"id":2}'],
  ['with a second id first', '{"jsonrpc":"2.0","id":2,"result":{},"id":1}'],
  ['with a result and an error', '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}'],
  ['with a result that is none', '{"jsonrpc":"2.0","id":1,"result":null}'],
  ['with an error that is none', '{"jsonrpc":"2.0","id":1,"error":{}}'],
  [
    'a request of its own with that id',
    '{"jsonrpc":"2.0","id":1,"method":"sampling/createMessage","params":{}}',
  ],
  ['a call of its own', '{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"innocent"}}'],
  [
    'a call with the id that is open',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"innocent"}}',
  ],
  ['a cancellation', '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}'],
  ['a handshake', '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{}}'],
]

describe('attribution', () => {
  it.each(CASES)('%s', (_name, steps, expected) => {
    expect(attribution(steps)).toEqual(expected)
  })

  it.each(HOSTILE)('is not moved by the server: %s', (_name, line) => {
    expect(attribution([call(1, 'send'), server(`${line}\n`), 100])).toEqual(OPEN)
    expect(attribution([server(`${line}\n`), call(1, 'send'), server(`${line}\n`), 100])).toEqual(OPEN)
  })

  it('is not moved by an answer that came before the question', () => {
    expect(attribution([answer(1), call(1, 'send'), 100])).toEqual(OPEN)
    // Begun before it, and ended after it, it is the answer.
    const [begun, rest] = ['{"jsonrpc":"2.0","id":1,', '"result":{}}\n']
    expect(attribution([server(begun), call(1, 'send'), 100])).toEqual(OPEN)
    expect(attribution([server(begun), call(1, 'send'), server(rest), 100])).toEqual(['background'])
  })

  it('is not moved by a second answer', () => {
    expect(attribution([call(1, 'a'), answer(1), answer(1), call(2, 'b'), answer(1), 100])).toEqual([
      'one',
      '2 tools/call b',
    ])
  })

  it('ends calls that share an id together, since nobody knows which was answered', () => {
    const both: Step[] = [call(1, 'a'), call(1, 'b'), answer(1), 100]
    expect(attribution(both)).toEqual(['ambiguous', '1 tools/call b', '1 tools/call a'])
    expect(attribution([...both, answer(1), 100])).toEqual(['background'])
    expect(attribution([...both, cancel(1), 100])).toEqual(['background'])
    // A count of the old id's answers is not left for the new one.
    expect(attribution([...both, cancel(1), call(1, 'c'), call(1, 'd'), answer(1), 100])[0]).toBe('ambiguous')
  })

  it('lists 16 calls and follows 1,024', () => {
    const many = Array.from({ length: 1025 }, (_, id) => call(id, `t${id}`))
    const { kind, calls } = tracked(many).attribution()
    expect([kind, calls.length, calls[0]?.tool, calls[15]?.tool]).toEqual(['ambiguous', 16, 't1024', 't1009'])
    const ends = (from: number) => Array.from({ length: 1025 - from }, (_, at) => answer(at + from))
    expect(attribution([...many, ...ends(2), 100])).toEqual(['one', '1 tools/call t1'])
    expect(attribution([...many, ...ends(1), 100])).toEqual(['background'])
  })

  it('says when a call began', () => {
    expect(tracked([7, call(1, 'a'), 50]).attribution().calls[0]?.startedAt).toBe(1007)
  })

  it('does not count an ended call for longer when the clock is set back', () => {
    expect(attribution([call(1, 'a'), answer(1), -50])).toEqual(['background'])
  })
})

describe('isOpen', () => {
  it.each<[string, Step[], boolean]>([
    ['asked', [call(1, 'a')], true],
    ['answered', [call(1, 'a'), answer(1)], false],
    ['cancelled', [call(1, 'a'), cancel(1)], false],
    ['never asked', [], false],
    ['another kind of request', [ask(1, 'prompts/get')], false],
  ])('%s', (_name, steps, expected) => {
    expect(tracked(steps).isOpen('1')).toBe(expected)
  })
})
