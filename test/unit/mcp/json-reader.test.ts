import { describe, expect, it } from 'vitest'
import { JsonReader } from '../../../runtime/mcp/json-reader.ts'
import { seededRandom } from '../../fixtures/mcp/seeded.mjs'

/** Each line's verdict. */
function verdicts(bytes: Buffer, size: number): boolean[] {
  const lines: boolean[] = []
  const reader = new JsonReader(
    {
      wants: () => true,
      name: () => undefined,
      scalar: () => undefined,
      opened: () => undefined,
      closed: () => undefined,
      lineEnded: (isJson) => lines.push(isJson),
    },
    4,
  )
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
  return lines
}

/** All that is told, in order. */
function told(text: string, maxDepth: number): string[] {
  const events: string[] = []
  const reader = new JsonReader(
    {
      wants: () => true,
      name: (name) => events.push(`name ${name}`),
      scalar: (kind, value) => events.push(`${kind} ${value}`),
      opened: (kind, at) => events.push(`${kind} ${at}`),
      closed: (at) => events.push(`closed ${at}`),
      lineEnded: (isJson) => events.push(`line ${isJson}`),
    },
    maxDepth,
  )
  reader.push(Buffer.from(text))
  return events
}

const LINES: [text: string, isJson: boolean][] = [
  ['{}', true],
  ['[]', true],
  [' [ ] \r', true],
  ['"x"', true],
  ['-0.5e+10', true],
  ['true', true],
  ['', false],
  ['  ', false],
  ['{"a":1,}', false],
  ['[1,]', false],
  ['[,1]', false],
  ['{,}', false],
  ['[1 2]', false],
  ['{"a" 1}', false],
  ['{"a":}', false],
  ['{"a":1 "b":2}', false],
  ['{a:1}', false],
  ["{'a':1}", false],
  ['{1:1}', false],
  ['[}', false],
  ['{]', false],
  ['{"a":[1}', false],
  ['{"a":1]', false],
  ['[1', false],
  ['1]', false],
  ['{}{}', false],
  ['{} x', false],
  ['x{}', false],
  ['{},', false],
  ['{}:', false],
  ['\u00a0{}', false],
  ['\ufeff{}', false],
  ['{}\u0000', false],
  ['{}\u000c', false],
  ['01', false],
  ['1.', false],
  ['.5', false],
  ['+1', false],
  ['1e', false],
  ['0x1', false],
  ['NaN', false],
  ['Infinity', false],
  ['nul', false],
  ['True', false],
  ['truefalse', false],
  ['"\\x"', false],
  ['"\\u12"', false],
  ['"\\u12g4"', false],
  ['"\\u0000\\ud800"', true],
  ['"\t"', false],
  ['"\u007f\u2028"', true],
  ['"\\"', false],
  ['"x', false],
  ['// x', false],
  ['[/]', false],
  ["['']", false],
  ['00', false],
  ['12345678901234567890', true],
  ['{}//', false],
]

describe('JsonReader', () => {
  it.each(LINES)('%j: %s', (text, isJson) => {
    expect(parses(text)).toBe(isJson)
    const bytes = Buffer.from(`${text}\n{}\n`)
    for (const size of [1, 2, 3, bytes.length]) expect(verdicts(bytes, size)).toEqual([isJson, true])
  })

  it('agrees with JSON.parse on lines that were damaged in one or two places', () => {
    const random = seededRandom(11)
    const pick = (from: string) => from.charAt(Math.floor(random() * from.length))
    const sound = [
      '{"jsonrpc":"2.0","id":-1.5e3,"result":{"content":[{"type":"text","text":"a\\"\\u00e9\\n"}],"x":null}}',
      '[{"a":[true,false,null,0,"",{}]},[[],[[]]]] ',
    ]
    for (let round = 0; round < 6000; round++) {
      let text = sound[round % 2] as string
      for (let damage = round % 3; damage > 0; damage--) {
        const at = Math.floor(random() * text.length)
        const drop = random() < 0.6 ? 1 : 0
        text = `${text.slice(0, at)}${pick('{}[],:"\\u01e-+.tn \t\u0001x/')}${text.slice(at + drop)}`
      }
      const size = 1 + Math.floor(random() * 40)
      expect(verdicts(Buffer.from(`${text}\n`), size), text).toEqual([parses(text)])
    }
  })

  it('tells where brackets stand, on every line anew, and nothing below its depth', () => {
    expect(told('{"é":[1,{"a":2}]}\n [true]\n', 2)).toEqual([
      'object 0',
      'name é',
      'array 6',
      'number 1',
      'closed 16',
      'closed 17',
      'line true',
      'array 1',
      'literal true',
      'closed 6',
      'line true',
    ])
  })

  it('holds no more than 10,000 open brackets', () => {
    const nested = (depth: number) => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}\n`)
    expect(verdicts(nested(10_000), 4096)).toEqual([true])
    expect(verdicts(nested(10_001), 4096)).toEqual([false])
  })

  it('says nothing of the line at hand when told to skip it', () => {
    const lines: boolean[] = []
    const none = () => undefined
    const events = { wants: () => false, name: none, scalar: none, opened: none, closed: none }
    const reader = new JsonReader({ ...events, lineEnded: (isJson) => lines.push(isJson) }, 4)
    reader.skipLine()
    reader.push(Buffer.from('{}\n{}\n'))
    expect(lines).toEqual([false, true])
  })
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
