import { describe, expect, it } from 'vitest'
import { type MessageFacts, noFacts } from '../../../runtime/mcp/message-facts.ts'
import { MessageScan } from '../../../runtime/mcp/message-scan.ts'
import { seededRandom } from '../../fixtures/mcp/seeded.mjs'

function scan(text: string, sizes: (at: number) => number = () => Number.MAX_SAFE_INTEGER): MessageFacts[] {
  const found: MessageFacts[] = []
  const scanner = new MessageScan((facts) => found.push(facts))
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + sizes(at))
    scanner.push(bytes.subarray(at, end))
    at = end
  }
  return found
}

const META = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"'

const CASES: [name: string, text: string, expected: Partial<MessageFacts>[]][] = [
  ['a request', '{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n', [{ id: '1', method: 'tools/list' }]],
  [
    'a result, id last',
    '{"result":{"id":9},"jsonrpc":"2.0","id":"a"}\n',
    [{ isResponse: true, isAnswer: true, id: '"a"' }],
  ],
  ['an error', '{"id":-2.5e1,"error":{"code":-1,"message":"x"}}\n', [{ isResponse: true, id: '-2.5e1' }]],
  ['a null result and a null id', '{"jsonrpc":"2.0","id":null,"result":null}\n', [{ isResponse: true }]],
  [
    'a level',
    '{"method":"logging/setLevel","params":{"level":"info"},"id":2}\n',
    [{ method: 'logging/setLevel', level: 'info', id: '2' }],
  ],
  [
    'members of _meta, after large arguments',
    `{"id":3,"method":"tools/call","params":{"arguments":{"level":"x","a":[1,{"_meta":{}}]},${META},"io.modelcontextprotocol/logLevel":"debug"}}}\n`,
    [{ id: '3', method: 'tools/call', protocolVersion: '2026-07-28', logLevel: 'debug' }],
  ],
  [
    'the same names elsewhere count for nothing',
    `{"method":"x","params":{"arguments":{"method":"initialize",${META}}},"result_":1,"a":{"id":5,"result":1}}}\n`,
    [{ method: 'x' }],
  ],
  [
    'a name inside a string',
    '{"method":"x","note":"\\"},{\\"method\\":\\"initialize\\"","id":4}\n',
    [{ method: 'x', id: '4' }],
  ],
  ['escaped members', '{"m\\u0065thod":"logging\\/setLevel"}\n', [{ method: 'logging/setLevel' }]],
  ['the last of two members wins', '{"id":1,"id":2}\n', [{ id: '2' }]],
  ['a later member of the wrong type wins too', '{"id":1,"id":{"id":7}}\n', [{}]],
  ['wrong types', '{"id":true,"method":5,"params":[{"level":"info"}]}\n', [{}]],
  ['__proto__', '{"__proto__":{"id":1},"constructor":2,"id":3}\n', [{ id: '3' }]],
  [
    'a batch',
    '[ {"id":1,"method":"a"} , {"id":2,"result":[{"id":3}]} ]\n',
    [
      { id: '1', method: 'a', inBatch: true },
      { isResponse: true, id: '2', inBatch: true },
    ],
  ],
  ['a batch in a batch', '[[{"id":1}]]\n', []],
  ['white space and CRLF', ' {\t"id" : 1 ,\r "method" : "a" } \r\n', [{ id: '1', method: 'a' }]],
  ['a token over the bound', `{"id":"${'x'.repeat(257)}","method":"a"}\n`, [{ method: 'a' }]],
  ['a token at the bound', `{"id":"${'x'.repeat(256)}"}\n`, [{ id: `"${'x'.repeat(256)}"` }]],
  ['a key over the bound', `{"${'k'.repeat(300)}":"id","id":1}\n`, [{ id: '1' }]],
  ['a cut line, then a whole one', '{"id":1,"method":"a\n{"id":2}\n', [{ id: '2' }]],
  ['a backslash before the newline', '{"id":"a\\\n{"id":2}\n', [{ id: '2' }]],
  ['deep nesting', `{"a":${'['.repeat(5000)}${']'.repeat(5000)},"id":1}\n`, [{ id: '1' }]],
  ['a tool', '{"id":1,"params":{"name":"a\\u0062","arguments":{"name":"c"}}}\n', [{ id: '1', name: 'ab' }]],
  [
    'numbers as they were written',
    '{"id":1.0}\n{"id":9007199254740993}\n',
    [{ id: '1.0' }, { id: '9007199254740993' }],
  ],
  ['too many closers', ']]}}{"id":1}\n', []],
  ['text before and after', 'x{"id":1}\n{"id":1}x\n{"id":1}{"id":2}\n{"id":1},\n', []],
  ['a line without its end', '{"id":1}', []],
  ['not JSON', 'Listening on [::]:80 {"id', []],
]

const ANSWERS: [name: string, line: string, isAnswer: boolean][] = [
  ['a result', '{"jsonrpc":"2.0","id":1,"result":{}}', true],
  ['an error', '{"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"x","data":[]}}', true],
  ['a long message', `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"${'x'.repeat(999)}"}}`, true],
  ['names with escapes', '{"jsonrpc":"2.0","\\u0069d":1,"r\\u0065sult":{}}', true],
  ['no version', '{"id":1,"result":{}}', false],
  ['another version', '{"jsonrpc":"1.0","id":1,"result":{}}', false],
  ['a null id', '{"jsonrpc":"2.0","id":null,"result":{}}', false],
  ['a result that is no object', '{"jsonrpc":"2.0","id":1,"result":[{}]}', false],
  ['a null result', '{"jsonrpc":"2.0","id":1,"result":null}', false],
  ['an empty error', '{"jsonrpc":"2.0","id":1,"error":{}}', false],
  ['an error without a message', '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":null}}', false],
  ['an error with a text for a code', '{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"x"}}', false],
  ['both', '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}', false],
  ['a request', '{"jsonrpc":"2.0","id":1,"method":"x","result":{}}', false],
  ['a second id', '{"jsonrpc":"2.0","id":1,"result":{},"id":2}', false],
  ['an id in capitals beside it', '{"jsonrpc":"2.0","id":1,"result":{},"ID":2}', false],
  ['a second result', '{"jsonrpc":"2.0","id":1,"result":{},"result":{}}', false],
  ['a member that nobody knows', '{"jsonrpc":"2.0","id":1,"result":{},"x":2}', false],
]

describe('MessageScan', () => {
  it.each(ANSWERS)('tells an answer beyond doubt: %s', (_name, line, isAnswer) => {
    expect(scan(`${line}\n`).map((facts) => facts.isAnswer)).toEqual([isAnswer])
  })

  it.each(CASES)('%s', (_name, text, expected) => {
    expect(scan(text)).toEqual(expected.map(whole))
  })

  it.each(CASES)('%s, byte by byte', (_name, text, expected) => {
    expect(scan(text, () => 1)).toEqual(expected.map(whole))
  })

  it('says nothing of the line at hand when told to skip it', () => {
    const found: MessageFacts[] = []
    const scanner = new MessageScan((facts) => found.push(facts))
    scanner.skipLine()
    scanner.push(Buffer.from('"id":1}{"id":2}'))
    scanner.push(Buffer.from('{"id":3}\n{"id":4}\n'))
    expect(found).toEqual([whole({ id: '4' })])
  })

  it('agrees with JSON.parse on generated messages, however they are cut', () => {
    const random = seededRandom(7)
    for (let round = 0; round < 4000; round++) {
      const message = { jsonrpc: '2.0', ...randomObject(random, 4) }
      const text = `${JSON.stringify(message)}\n`
      const longest = round % 2 === 0 ? 9 : 900
      const found = scan(text, () => 1 + Math.floor(random() * longest))
      expect(found, text).toEqual([oracle(JSON.parse(text))])
    }
  })
})

/** What is not named is absent. */
function whole(facts: Partial<MessageFacts>): MessageFacts {
  return { ...noFacts(), ...facts }
}

function randomObject(random: () => number, depth: number): Record<string, unknown> {
  const names = [
    'id',
    'method',
    'params',
    '_meta',
    'level',
    'name',
    'requestId',
    'result',
    'é"\\',
    'arguments',
  ]
  const picked = names.filter(() => random() < 0.5)
  const entries = picked.map((name) => [name, randomValue(random, depth - 1)])
  if (random() < 0.3) entries.push(['io.modelcontextprotocol/logLevel', randomValue(random, 0)])
  return Object.fromEntries(entries)
}

function randomValue(random: () => number, depth: number): unknown {
  const pick = Math.floor(random() * (depth > 0 ? 8 : 5))
  if (pick === 0) return Math.floor(random() * 1e6) / 8
  if (pick === 1) return random() < 0.5 ? null : true
  if (pick === 2) return longText(random)
  if (pick < 5) return ['warning', 'a"}{\\', 'ünï\u2028', '\u0000,:[', ''][Math.floor(random() * 5)]
  if (pick === 5) return [randomValue(random, depth - 1), randomValue(random, depth - 1)]
  return randomObject(random, depth)
}

/** Plain stretches of all lengths between characters that JSON escapes; more than a token may hold, too. */
function longText(random: () => number): string {
  const stretches = Array.from({ length: 4 }, () => 'x'.repeat(Math.floor(random() * 150)))
  const text = stretches.join('"\\{\n'.charAt(Math.floor(random() * 4)))
  return random() < 0.5 ? text : `${text}${'y'.repeat(250)}`
}

function oracle(message: Record<string, unknown>): MessageFacts {
  const facts = whole({ isResponse: 'result' in message || 'error' in message })
  const params = record(message.params)
  const meta = record(params._meta)
  const isShort = (value: unknown): value is string =>
    typeof value === 'string' && Buffer.byteLength(JSON.stringify(value)) - 2 <= 256
  const isId = (value: unknown): value is string | number => isShort(value) || typeof value === 'number'
  facts.isAnswer =
    Object.keys(message).length === 3 && isId(message.id) && 'result' in message && isRecord(message.result)
  if (isId(message.id)) facts.id = JSON.stringify(message.id)
  if (isShort(message.method)) facts.method = message.method
  if (isShort(params.level)) facts.level = params.level
  if (isId(params.requestId)) facts.requestId = JSON.stringify(params.requestId)
  if (isShort(params.name)) facts.name = params.name
  const logLevel = meta['io.modelcontextprotocol/logLevel']
  if (isShort(logLevel)) facts.logLevel = logLevel
  return facts
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? { ...value } : {}
}
