import { describe, expect, it } from 'vitest'
import { TextLines } from '../../../runtime/mcp/text-lines.ts'

function lines(chunks: readonly (string | Buffer)[]): string[] {
  const cutter = new TextLines()
  const found = chunks.flatMap((chunk) => cutter.push(Buffer.from(chunk)))
  return [...found, ...cutter.flush()]
}

describe('TextLines', () => {
  it.each<[string, (string | Buffer)[], string[]]>([
    ['lines', ['a\nb\n'], ['a', 'b']],
    ['a line over chunks', ['a', 'b', '\n'], ['ab']],
    ['no end', ['a\nb'], ['a', 'b']],
    ['blank lines', ['a\n\n\nb\n'], ['a', '', '', 'b']],
    ['CRLF', ['a\r\nb\r\n\r\n'], ['a', 'b', '']],
    ['CRLF cut in two', ['a\r', '\nb\r', '\n'], ['a', 'b']],
    ['an empty chunk in a CRLF', ['a\r', '', '\nb'], ['a', 'b']],
    ['a progress bar', ['10%\r20%\r', '30%\rdone\n'], ['10%', '20%', '30%', 'done']],
    ['carriage returns alone', ['\r\r\r'], []],
    ['CR CR LF', ['a\r\r\nb\n'], ['a', '', 'b']],
    ['a character over chunks', [Buffer.from([0xe2, 0x82]), Buffer.from([0xac, 0x0a])], ['€']],
    ['bytes that are not UTF-8', [Buffer.from([0x61, 0xff, 0x0a])], ['a\ufffd']],
  ])('%s', (_name, chunks, expected) => {
    expect(lines(chunks)).toEqual(expected)
  })

  it('cuts long lines into pieces, between characters', () => {
    const text = 'é€😀'.repeat(5000)
    for (const pad of ['', 'x', 'xx', 'xxx']) {
      const pieces = lines([`${pad}${text}`, '\n'])
      expect(pieces.join('')).toBe(pad + text)
      for (const piece of pieces) expect(Buffer.byteLength(piece)).toBeLessThanOrEqual(8192)
      expect(pieces.length).toBe(Math.ceil((45000 + pad.length) / 8192))
    }
  })

  it('cuts bytes that are no characters as well', () => {
    expect(lines([Buffer.alloc(20_000, 0x80)]).map((piece) => piece.length)).toEqual([8192, 8192, 3616])
  })

  it('says whether something is held back', () => {
    const cutter = new TextLines()
    cutter.push(Buffer.from('a\nb'))
    expect(cutter.hasPartial).toBe(true)
    expect(cutter.flush()).toEqual(['b'])
    expect(cutter.hasPartial).toBe(false)
    expect(cutter.flush()).toEqual([])
  })
})
