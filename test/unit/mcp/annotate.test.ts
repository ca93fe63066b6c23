import { describe, expect, it } from 'vitest'
import { annotate, MAX_ADDED } from '../../../runtime/mcp/annotate.ts'
import { seededRandom } from '../../fixtures/mcp/seeded.mjs'

const ADDED = '{"type":"text","text":"note"}'

/** `^` stands where the text comes. */
const SPLICED: [name: string, line: string][] = [
  ['after the last element', '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"x"}^]}}\n'],
  ['into an empty array', '{"jsonrpc":"2.0","id":1,"result":{"content":[^]}}\n'],
  ['into one with white space', '{"result":{"content":[ \t^]},"id":1,"jsonrpc":"2.0"}\n'],
  [
    'numbers and escapes as they are',
    '{"id":1.0,"result":{"n":1e400,"z":-0,"content":["\\u00e9\\/",1.10^],"big":9007199254740993}}\r\n',
  ],
  ['white space as it is', ' { "id" : 1 , "result" : { "content" : [ { } ^] , "isError" : true } } \n'],
  ['an error of the tool', '{"id":1,"result":{"content":[{"type":"text","text":"no"}^],"isError":true}}\n'],
  ['beside structured content', '{"id":1,"result":{"structuredContent":{"content":[1]},"content":[1^]}}\n'],
  ['in 2026-07-28', '{"id":1,"result":{"resultType":"complete","content":[1^],"_meta":{}}}\n'],
  [
    'the same names deeper',
    '{"id":1,"result":{"content":[{"result":{"content":[]}},[[]]^],"a":{"result":1,"content":[]}}}\n',
  ],
  [
    'the same names elsewhere',
    '{"id":1,"a":{"content":[2]},"content":[3],"result":{"content":[^],"result":{"content":[]}}}\n',
  ],
  ['names with escapes', '{"id":1,"r\\u0065sult":{"conten\\u0074":[1^]}}\n'],
  ['brackets in texts', '{"id":1,"result":{"x":"]}\\"","content":["]}"^]}}\n'],
  ['without a newline', '{"id":1,"result":{"content":[1^]}}'],
]

const LEFT: [name: string, line: string][] = [
  ['no content', '{"id":1,"result":{}}'],
  ['content that is no array', '{"id":1,"result":{"content":{"content":[]}}}'],
  ['a null result', '{"id":1,"result":null}'],
  ['a result in an array', '{"id":1,"result":[{"content":[]}]}'],
  ['an error', '{"id":1,"error":{"code":1,"message":"x","content":[]}}'],
  ['a result and an error', '{"id":1,"result":{"content":[]},"error":{}}'],
  ['a request', '{"id":1,"method":"x","result":{"content":[]}}'],
  ['two results', '{"id":1,"result":{"content":[]},"result":{"content":[]}}'],
  ['two results, one in capitals', '{"id":1,"result":{"content":[]},"Result":{}}'],
  ['two results, one with an escape', '{"id":1,"result":{"content":[]},"\\u0072esult":1}'],
  ['two contents', '{"id":1,"result":{"content":[],"content":[]}}'],
  ['two contents, the second none', '{"id":1,"result":{"content":[],"CONTENT":0}}'],
  ['content elsewhere alone', '{"id":1,"content":[],"result":{"a":{"content":[]}}}'],
  ['one that asks for more', '{"id":1,"result":{"resultType":"input_required","content":[]}}'],
  ['a batch', '[{"id":1,"result":{"content":[]}}]'],
  ['no JSON', '{"id":1,"result":{"content":[]},}'],
  ['cut', '{"id":1,"result":{"content":[]}'],
  ['text', 'content'],
  ['nothing', ''],
  ['two lines', '{"id":1,"result":{"content":[]}}\n{"id":1,"result":{"content":[]}}'],
]

describe('annotate', () => {
  it.each(SPLICED)('%s', (_name, marked) => {
    const [head = '', tail = ''] = marked.split('^')
    const comma = /\[\s*$/.test(head) ? '' : ','
    expect(annotate(Buffer.from(head + tail), 'note')?.toString()).toBe(`${head}${comma}${ADDED}${tail}`)
  })

  it.each(LEFT)('leaves alone: %s', (_name, line) => {
    expect(annotate(Buffer.from(`${line}\n`), 'note')).toBe(null)
  })

  it('keeps bytes that are not UTF-8', () => {
    const line = Buffer.from('{"id":1,"result":{"a":"\xff\xfe","content":[]}}\n', 'latin1')
    const spliced = annotate(line, 'note') as Buffer
    expect(spliced.toString('latin1')).toBe(line.toString('latin1').replace('[]', `[${ADDED}]`))
  })

  it.each<[name: string, text: string, expected: string]>([
    ['quotes and brackets', '"}],[', '"}],['],
    ['what cannot be seen', 'a\n\u202eb\u0000', 'a\\x0a\\u{202e}b\\x00'],
    ['too much', 'x'.repeat(1000), 'x'.repeat(MAX_ADDED)],
    ['a character at the cut', `${'x'.repeat(499)}😀`, 'x'.repeat(499)],
  ])('escapes and cuts its text: %s', (_name, text, expected) => {
    const spliced = annotate(Buffer.from('{"id":1,"result":{"content":[]}}\n'), text) as Buffer
    expect(JSON.parse(spliced.toString()).result.content).toEqual([{ type: 'text', text: expected }])
  })

  it('adds one element and nothing else, wherever content stands', () => {
    const random = seededRandom(5)
    const value = (depth: number): unknown => {
      const pick = Math.floor(random() * (depth > 0 ? 6 : 4))
      if (pick < 4) return [null, 'content', '"]}', -1.5e-7][pick]
      if (pick === 4) return Array.from({ length: Math.floor(random() * 3) }, () => value(depth - 1))
      return { content: value(depth - 1), result: value(depth - 1) }
    }
    for (let round = 0; round < 1000; round++) {
      const content = Array.from({ length: round % 3 }, () => value(3))
      const result = { a: value(3), content, b: value(3) }
      const message = { a: value(2), id: round, result, b: value(2) }
      const text = JSON.stringify(message, null, round % 2 === 0 ? undefined : 1).replaceAll('\n', ' ')
      const spliced = annotate(Buffer.from(`${text}\n`), 'note') as Buffer
      const expected = {
        ...message,
        result: { ...result, content: [...content, { type: 'text', text: 'note' }] },
      }
      expect(JSON.parse(spliced.toString())).toEqual(expected)
    }
  })
})
