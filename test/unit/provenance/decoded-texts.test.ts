import { describe, expect, it } from 'vitest'
import { decodedTexts } from '../../../runtime/provenance/decoded-texts.ts'
import { unescaped } from '../../../runtime/provenance/unescaped.ts'

describe('unescaped', () => {
  it.each([
    ['plain', 'plain'],
    ['a\\u0040b', 'a@b'],
    ['\\ud83d\\ude00', '😀'],
    ['\\u{1F600}', '😀'],
    ['\\x40\\100', '@@'],
    ['a\\nb\\tc', 'a b c'],
    ['\\"\\/\\\\', '"/\\'],
    ['\\u00', 'u00'],
    ['\\', ''],
  ])('%j', (text, expected) => {
    expect(unescaped(text)).toBe(expected)
  })
})

describe('decodedTexts', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  it.each<[name: string, text: string, expected: string]>([
    ['base64', `x ${base64('a secret text')} y`, 'a secret text'],
    ['base64 of base64', base64(base64('a secret text')), 'a secret text'],
    ['escapes of base64', base64('a\\u0040b.test, c'), 'a@b.test, c'],
    ['percent signs', 'a%40b', 'a@b'],
  ])('%s', (_name, text, expected) => {
    expect(decodedTexts(text)[0]).toBe(text)
    expect(decodedTexts(text)).toContain(expected)
  })

  it.each([
    ['a picture', Buffer.alloc(600, 0x81).toString('base64')],
    ['a word', 'understandings'],
    ['a page', base64('a secret text. '.repeat(200))],
  ])('not %s', (_name, text) => {
    expect(decodedTexts(text)).toEqual([text])
  })
})
