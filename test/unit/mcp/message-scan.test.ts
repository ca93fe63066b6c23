import { describe, expect, it } from 'vitest'
import type { MessageFacts } from '../../../runtime/mcp/message-facts.ts'
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

const CASES: [name: string, text: string, expected: MessageFacts[]][] = [
  [
    'a request',
    '{"jsonrpc":"2.0","id":1,"method":"tools/list"}\n',
    [{ isResponse: false, id: 1, method: 'tools/list' }],
  ],
  ['a result, id last', '{"result":{"id":9},"jsonrpc":"2.0","id":"a"}\n', [{ isResponse: true, id: 'a' }]],
  ['an error', '{"id":-2.5e1,"error":{"code":-1,"message":"x"}}\n', [{ isResponse: true, id: -25 }]],
  ['a null result and a null id', '{"jsonrpc":"2.0","id":null,"result":null}\n', [{ isResponse: true }]],
  [
    'a level',
    '{"method":"logging/setLevel","params":{"level":"info"},"id":2}\n',
    [{ isResponse: false, method: 'logging/setLevel', level: 'info', id: 2 }],
  ],
  [
    'members of _meta, after large arguments',
    `{"id":3,"method":"tools/call","params":{"arguments":{"level":"x","a":[1,{"_meta":{}}]},${META},"io.modelcontextprotocol/logLevel":"debug"}}}\n`,
    [{ isResponse: false, id: 3, method: 'tools/call', protocolVersion: '2026-07-28', logLevel: 'debug' }],
  ],
  [
    'the same names elsewhere count for nothing',
    `{"method":"x","params":{"arguments":{"method":"initialize",${META}}},"result_":1,"a":{"id":5,"result":1}}}\n`,
    [{ isResponse: false, method: 'x' }],
  ],
  [
    'a name inside a string',
    '{"method":"x","note":"\\"},{\\"method\\":\\"initialize\\"","id":4}\n',
    [{ isResponse: false, method: 'x', id: 4 }],
  ],
  [
    'escaped members',
    '{"m\\u0065thod":"logging\\/setLevel"}\n',
    [{ isResponse: false, method: 'logging/setLevel' }],
  ],
  ['the last of two members wins', '{"id":1,"id":2}\n', [{ isResponse: false, id: 2 }]],
  ['a later member of the wrong type wins too', '{"id":1,"id":{"id":7}}\n', [{ isResponse: false }]],
  ['wrong types', '{"id":true,"method":5,"params":[{"level":"info"}]}\n', [{ isResponse: false }]],
  ['__proto__', '{"__proto__":{"id":1},"constructor":2,"id":3}\n', [{ isResponse: false, id: 3 }]],
  [
    'a batch',
    '[ {"id":1,"method":"a"} , {"id":2,"result":[{"id":3}]} ]\n',
    [
      { isResponse: false, id: 1, method: 'a' },
      { isResponse: true, id: 2 },
    ],
  ],
  ['a batch in a batch', '[[{"id":1}]]\n', []],
  [
    'white space and CRLF',
    ' {\t"id" : 1 ,\r "method" : "a" } \r\n',
    [{ isResponse: false, id: 1, method: 'a' }],
  ],
  [
    'a token over the bound',
    `{"id":"${'x'.repeat(257)}","method":"a"}\n`,
    [{ isResponse: false, method: 'a' }],
  ],
  ['a token at the bound', `{"id":"${'x'.repeat(256)}"}\n`, [{ isResponse: false, id: 'x'.repeat(256) }]],
  ['a key over the bound', `{"${'k'.repeat(300)}":"id","id":1}\n`, [{ isResponse: false, id: 1 }]],
  ['a cut line, then a whole one', '{"id":1,"method":"a\n{"id":2}\n', [{ isResponse: false, id: 2 }]],
  ['a backslash before the newline', '{"id":"a\\\n{"id":2}\n', [{ isResponse: false, id: 2 }]],
  ['deep nesting', `{"a":${'['.repeat(5000)}${']'.repeat(5000)},"id":1}\n`, [{ isResponse: false, id: 1 }]],
  ['too many closers', ']]}}{"id":1}\n', [{ isResponse: false, id: 1 }]],
  ['not JSON', 'Listening on [::]:80 {"id', []],
]

describe('MessageScan', () => {
  it.each(CASES)('%s', (_name, text, expected) => {
    expect(scan(text)).toEqual(expected)
  })

  it.each(CASES)('%s, byte by byte', (_name, text, expected) => {
    expect(scan(text, () => 1)).toEqual(expected)
  })

  it('says nothing of the line at hand when told to skip it', () => {
    const found: MessageFacts[] = []
    const scanner = new MessageScan((facts) => found.push(facts))
    scanner.skipLine()
    scanner.push(Buffer.from('"id":1}{"id":2}'))
    scanner.push(Buffer.from('{"id":3}\n{"id":4}\n'))
    expect(found).toEqual([{ isResponse: false, id: 4 }])
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

function randomObject(random: () => number, depth: number): Record<string, unknown> {
  const names = ['id', 'method', 'params', '_meta', 'level', 'requestId', 'result', 'é"\\', 'arguments']
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
  const facts: MessageFacts = { isResponse: 'result' in message || 'error' in message }
  const params = record(message.params)
  const meta = record(params._meta)
  const isShort = (value: unknown): value is string =>
    typeof value === 'string' && Buffer.byteLength(JSON.stringify(value)) - 2 <= 256
  const isId = (value: unknown): value is string | number => isShort(value) || typeof value === 'number'
  if (isId(message.id)) facts.id = message.id
  if (isShort(message.method)) facts.method = message.method
  if (isShort(params.level)) facts.level = params.level
  if (isId(params.requestId)) facts.requestId = params.requestId
  const logLevel = meta['io.modelcontextprotocol/logLevel']
  if (isShort(logLevel)) facts.logLevel = logLevel
  return facts
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
