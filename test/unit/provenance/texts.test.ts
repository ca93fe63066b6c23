import { describe, expect, it } from 'vitest'
import { ClientTexts } from '../../../runtime/provenance/client-texts.ts'
import { ServerTexts } from '../../../runtime/provenance/server-texts.ts'

function clientTexts(text: string, size: number): string[] {
  const found: string[] = []
  const reader = new ClientTexts((texts) => found.push(...texts))
  push(reader, text, size)
  return found
}

function serverTexts(text: string, size: number): string[] {
  const found: string[] = []
  push(new ServerTexts((one) => found.push(one)), text, size)
  return found
}

function push(reader: { push(bytes: Buffer): void }, text: string, size: number): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
}

const CLIENT: [name: string, lines: string, expected: string[]][] = [
  [
    'arguments, names of members too',
    '{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"send","arguments":{"to":["a@b.test",1.5],"x":null}}}\n',
    ['jsonrpc', 'id', 'method', 'params', 'name', 'send', 'arguments', 'to', 'a@b.test', '1.5', 'x'],
  ],
  [
    'no numbers of the protocol’s own',
    '{"id":7,"params":{"requestId":8,"_meta":{"progressToken":9},"arguments":{"id":10}}}\n',
    ['id', 'params', 'requestId', '_meta', 'progressToken', 'arguments', 'id', '10'],
  ],
  [
    'an answer of the client’s',
    '{"id":7,"result":{"content":{"text":"a"}}}\n',
    ['id', 'result', 'content', 'text', 'a'],
  ],
  ['a batch', '[{"id":7,"params":{"a":"b"}}]\n', ['id', 'params', 'a', 'b']],
  ['escapes', '{"params":"a\\u0040b\\n"}\n', ['params', 'a@b\n']],
  ['what a line leaves open is closed', '{"params":"a\n{"params":"b"}\n', ['params', 'a', 'params', 'b']],
]

const SERVER: [name: string, lines: string, expected: string][] = [
  ['lines with escapes', '{"result":"a\\u0040b \\"c\\""}\n{"x":1}\n', '{"result":"a@b "c""}\n{"x":1}\n'],
  ['lines that are no JSON', 'ready: a@b.test\n', 'ready: a@b.test\n'],
  ['characters that are cut', 'é€😀\n', 'é€😀\n'],
]

describe('ClientTexts', () => {
  it.each(CLIENT)('gives %s', (_name, lines, expected) => {
    for (const size of [1, 3, 1000]) expect(clientTexts(lines, size)).toEqual(expected)
  })

  it('gives a scalar as soon as it is whole', () => {
    expect(clientTexts('{"params":{"to":"a@b.test","text":"and so', 1000)).toContain('a@b.test')
  })
})

describe('ServerTexts', () => {
  it.each(SERVER)('gives %s', (_name, lines, expected) => {
    for (const size of [1, 3, 1000]) expect(serverTexts(lines, size).join('')).toBe(expected)
  })

  it('gives a line at its end, and not before', () => {
    expect(serverTexts('{"a":1}\n{"b":', 4)).toEqual(['{"a":1}\n'])
  })

  it('gives a long line in pieces, and no value of it in halves alone', () => {
    for (const before of [65_520, 65_530, 130_900, 200_000]) {
      const pieces = serverTexts(`${'x'.repeat(before)} phan@giftshop.club ${'y'.repeat(70_000)}\n`, 1000)
      expect(pieces.length).toBeGreaterThan(1)
      expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(70_000)
      expect(pieces.some((piece) => piece.includes(' phan@giftshop.club '))).toBe(true)
    }
  })
})
