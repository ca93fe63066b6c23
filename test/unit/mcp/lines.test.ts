import { describe, expect, it } from 'vitest'
import { LineHeads } from '../../../runtime/mcp/line-heads.ts'
import { lineKind } from '../../../runtime/mcp/line-kind.ts'
import { LineLimit } from '../../../runtime/mcp/line-limit.ts'
import { seededRandom } from '../../fixtures/mcp/seeded.mjs'

describe('LineHeads', () => {
  const heads = (chunks: readonly string[], maxHead: number) => {
    const lines: [string, number][] = []
    const cutter = new LineHeads(maxHead, (head, length) => lines.push([head.toString(), length]))
    for (const chunk of chunks) cutter.push(Buffer.from(chunk))
    cutter.end()
    return lines
  }

  it.each<[string, string[], [string, number][]]>([
    [
      'whole lines in one chunk',
      ['ab\ncd\n'],
      [
        ['ab', 2],
        ['cd', 2],
      ],
    ],
    [
      'a line over three chunks',
      ['a', 'b', 'c\nd\n'],
      [
        ['abc', 3],
        ['d', 1],
      ],
    ],
    [
      'empty lines',
      ['\n', '\n\n'],
      [
        ['', 0],
        ['', 0],
        ['', 0],
      ],
    ],
    ['a newline alone', ['ab', '\n'], [['ab', 2]]],
    [
      'no newline at the end',
      ['ab\ncd'],
      [
        ['ab', 2],
        ['cd', 2],
      ],
    ],
    ['CRLF', ['ab\r\n'], [['ab\r', 3]]],
    ['a long line in one chunk', ['abcdefgh\n'], [['abcd', 8]]],
    [
      'a long line in many',
      ['abc', 'defgh', 'ij\nk\n'],
      [
        ['abcd', 10],
        ['k', 1],
      ],
    ],
    ['nothing', ['', ''], []],
  ])('%s', (_name, chunks, expected) => {
    expect(heads(chunks, 4)).toEqual(expected)
  })

  it('gives the same lines however the bytes are cut', () => {
    const random = seededRandom(11)
    const text = Array.from({ length: 4000 }, () =>
      random() < 0.02 ? '\n' : 'abcdef'[Math.floor(random() * 6)],
    ).join('')
    const expected = text.split('\n').map((line) => [line.slice(0, 64), line.length])
    for (let round = 0; round < 50; round++) {
      const chunks: string[] = []
      for (let at = 0; at < text.length; at += (chunks.at(-1) as string).length) {
        chunks.push(text.slice(at, at + 1 + Math.floor(random() * 300)))
      }
      expect(heads(chunks, 64)).toEqual(expected)
    }
  })

  it('holds no more than the head of a line without an end', () => {
    const cutter = new LineHeads(1024, () => {})
    const before = process.memoryUsage().arrayBuffers
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    for (let round = 0; round < 2048; round++) cutter.push(chunk)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * 1024 * 1024)
  })
})

describe('LineLimit', () => {
  it.each<[string, string[], (number | string)[]]>([
    ['lines at the limit', ['12345\n12345\n', '12345'], [12, 5]],
    ['a line over it in one chunk', ['123456\n'], [0]],
    ['a line over it after another', ['12\n123456'], [3]],
    ['a line that grows over it', ['123', '45', '6'], [3, 2, 0]],
    ['a newline in time', ['123', '45\n', '12345'], [3, 3, 5]],
    ['a long chunk of short lines', ['1\n'.repeat(50)], [100]],
  ])('%s', (_name, chunks, expected) => {
    const limit = new LineLimit(5)
    expect(chunks.map((chunk) => limit.admit(Buffer.from(chunk)))).toEqual(expected)
  })

  it.each([
    [[''], true],
    [['a'], false],
    [['a\n'], true],
    [['a\nb'], false],
    [['a\r'], false],
    [['a', 'b\n123456'], true],
    [['12345', '6'], false],
  ])('after %j, at the start of a line: %s', (chunks, expected) => {
    const limit = new LineLimit(5)
    for (const chunk of chunks) limit.admit(Buffer.from(chunk))
    expect(limit.atLineStart).toBe(expected)
  })
})

describe('lineKind', () => {
  it.each([
    ['{"jsonrpc":"2.0"}', 'message'],
    ['  { "jsonrpc" : "2.0" } \r', 'message'],
    ['{}', 'message'],
    ['[{"jsonrpc":"2.0"}]', 'message'],
    ['[ {"a":1} ]\r', 'message'],
    ['', 'blank'],
    [' \t\r', 'blank'],
    ['hello', 'other'],
    ['[info] ready', 'other'],
    ['[1]', 'other'],
    ['[]', 'other'],
    ['{ready}', 'other'],
    ['{', 'other'],
    ['{"a":1', 'other'],
    ['{"a":1} done', 'other'],
    ['[{"a":1}', 'other'],
    ['{"a":1]', 'other'],
    ['\ufeff{"a":1}', 'other'],
    ['"text"', 'other'],
    ['42', 'other'],
  ])('%j is %s', (line, expected) => {
    const bytes = Buffer.from(line)
    expect(lineKind(bytes, bytes.length)).toBe(expected)
  })

  it.each([
    ['{"jsonrpc":"2.0","result":{"te', 'message'],
    ['plain te', 'other'],
    ['        ', 'other'],
  ])('the head %j of a longer line is %s', (head, expected) => {
    expect(lineKind(Buffer.from(head), 1_000_000)).toBe(expected)
  })
})
