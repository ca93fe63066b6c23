import { expect, test } from 'vitest'
import { JsonWalk } from '../../../runtime/payload/json-walk.ts'

const DOCUMENTS: readonly (readonly [json: string, ...scalars: string[]])[] = [
  ['"x"', ' "x"'],
  ['{"a":"x"}', ' key "a"', '/a "x"'],
  [
    '{"a":[1,-2.5e3,true,null,{"b":"c"}]}',
    ' key "a"',
    '/a/0 1',
    '/a/1 -2.5e3',
    '/a/2 true',
    '/a/3 null',
    '/a/4 key "b"',
    '/a/4/b "c"',
  ],
  ['{"a/b":{"c~d":1}}', ' key "a/b"', '/a~1b key "c~d"', '/a~1b/c~0d 1'],
  ['{"B\\u0063c":"x\\u0040y\\n"}', ' key "Bcc"', '/Bcc "x@y\\n"'],
  ['{"é":"😀"}', ' key "é"', '/é "😀"'],
  ['{"a":1}\n{"b":2} [3]', ' key "a"', '/a 1', ' key "b"', '/b 2', '/0 3'],
  ['[[],{},[1]]', '/2/0 1'],
  ['{"a":"1","a":"2"}', ' key "a"', '/a "1"', ' key "a"', '/a "2"'],
  // What is no JSON is still read.
  ['{a: https://x, "b": \'c\'}', ' key "a"', '/a https://x', ' key "b"', "/b 'c'"],
  ['{"a":"never closed', ' key "a"', '/a "never closed"'],
  ['{"a":"x"]}} "y"', ' key "a"', '/a "x"', ' "y"'],
  ['{"a":"bad \\q escape"}', ' key "a"', '/a "bad q escape"'],
  ['{"a":"two\nlines"}', ' key "a"', '/a "two\\nlines"'],
]

test.each(DOCUMENTS)('%s', (json, ...scalars) => {
  const bytes = Buffer.from(json)
  expect(walked([bytes])).toEqual(scalars)
  expect(walked(bytes.length === 0 ? [] : [...bytes].map((byte) => Buffer.from([byte])))).toEqual(scalars)
})

test('a long string comes in pieces that overlap, wherever the chunks were cut', () => {
  const value = 'phan@giftshop.club'
  const text = `${'x'.repeat(262_140)} ${value} ${'y'.repeat(300_000)}`
  const pieces: string[] = []
  const cuts: string[] = []
  const walk = new JsonWalk((_, piece, type, cut) => {
    if (type === 'string') pieces.push(piece)
    cuts.push(cut)
  })
  const bytes = Buffer.from(JSON.stringify({ a: text }))
  for (let at = 0; at < bytes.length; at += 99_991) walk.push(bytes.subarray(at, at + 99_991))
  walk.end()
  expect(cuts).toEqual(['whole', 'first', 'middle', 'last'])
  expect(pieces.filter((piece) => piece.includes(value)).length).toBeGreaterThan(0)
  const once: string[] = []
  const other = new JsonWalk((_, piece, type) => type === 'string' && once.push(piece))
  other.push(bytes)
  other.end()
  expect(once).toEqual(pieces)
})

test('the deepest levels lose their pointers, not their values', () => {
  const deep = `${'{"a":'.repeat(5000)}"x@evil.test"${'}'.repeat(5000)},{"b":"y"}`
  const scalars = walked([Buffer.from(deep)])
  expect(scalars.some((scalar) => scalar.endsWith('"x@evil.test"'))).toBe(true)
  expect(scalars.at(-1)).toBe('/b "y"')
  expect(Math.max(...scalars.map((scalar) => scalar.length))).toBeLessThan(1400)
})

function walked(chunks: readonly Buffer[]): string[] {
  const scalars: string[] = []
  const walk = new JsonWalk((pointer, text, type) => {
    const shown = type === 'number' || type === 'literal' ? text : JSON.stringify(text)
    scalars.push(`${pointer} ${type === 'key' ? 'key ' : ''}${shown}`)
  })
  for (const chunk of chunks) walk.push(chunk)
  walk.end()
  return scalars
}
