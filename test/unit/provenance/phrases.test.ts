import { describe, expect, it } from 'vitest'
import { phrasesOf } from '../../../runtime/provenance/phrases.ts'
import { bareValue, hostOf, valueKey } from '../../../runtime/provenance/value-key.ts'

describe('phrasesOf', () => {
  it.each<[text: string, expected: string[]]>([
    ['C0123', ['c0123']],
    ['  ', []],
    ['a b c', ['a', 'b', 'c', 'a b', 'b c', 'a b c']],
    ['one (two), "three"', ['one', 'two', 'three', 'one (two', 'two), "three', 'one (two), "three']],
    ['acme/tools#1', ['acme/tools#1', 'acme', 'tools', '1']],
    ['channel:C1, room=R2', ['channel:c1, room=r2', 'channel:c1', 'channel', 'c1', 'room=r2', 'room', 'r2']],
    ['**bold** and _it_.', ['bold', 'and', 'it', 'bold** and', 'and _it', 'bold** and _it']],
    ['a-b.c', ['a-b.c']],
  ])('%j', (text, expected) => {
    expect([...phrasesOf(text, { words: 100, together: 10 })].sort()).toEqual(expected.sort())
  })

  it('is bounded', () => {
    const many = 'word '.repeat(50).trim().split(' ')
    const text = many.map((word, at) => word + at).join(' ')
    expect(phrasesOf(text, { words: 20, together: 10 }).size).toBe(21)
    expect(phrasesOf('x'.repeat(5000), { words: 20, together: 10 }).size).toBe(0)
  })
})

describe('keys', () => {
  it.each([
    ['"c0123".', 'c0123'],
    ['a \n b', 'a b'],
    ['(555) 1', '555) 1'],
    ['#general', '#general'],
    ['...', '...'],
  ])('bareValue %j', (value, expected) => {
    expect(bareValue(value)).toBe(expected)
  })

  it.each([
    ['+1 (415) 555-0100', '+14155550100', true],
    ['(415) 555-0100', '4155550100', true],
    ['-1001234567890', '1001234567890', false],
    ['+14155550100', '14155550100', false],
    ['10.11.12.131', '101.1.12.131', false],
    ['01234567-89ab-cdef-0123-456789abcdef', '0123456789abcdef0123456789abcdef', true],
    ['a-b', 'ab', false],
  ])('a value as %s and as %s is one value: %s', (one, other, expected) => {
    expect(valueKey('value', one) === valueKey('value', other)).toBe(expected)
  })

  it.each<['mail' | 'url' | 'host', string, string | null]>([
    ['mail', '"a@b"@c.test', 'c.test'],
    ['url', 'https://a.test/b', 'a.test'],
    ['url', 'https://a.test:8443', 'a.test'],
    ['url', 'https://u:p@a.test/', 'a.test'],
    ['url', 'https://[2001:db8::1]:80/', '[2001:db8::1]'],
    ['host', 'a.test', null],
  ])('the host of a %s %s', (kind, value, expected) => {
    expect(hostOf(kind, value)).toBe(expected)
  })

  it('are short, and each kind’s own', () => {
    expect(valueKey('value', 'x'.repeat(1000)).length).toBeLessThan(64)
    expect(valueKey('value', 'x'.repeat(1000))).not.toBe(valueKey('value', 'x'.repeat(1001)))
    expect(valueKey('mail', 'a')).not.toBe(valueKey('host', 'a'))
    expect(valueKey('value', 'x'.repeat(64))).not.toBe(valueKey('value', 'x'.repeat(65)))
  })
})
