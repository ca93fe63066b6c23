import { describe, expect, it } from 'vitest'
import { secretsOf, tokenOf } from '../../../runtime/provenance/credentials.ts'

describe('secretsOf', () => {
  it.each<[text: string, expected: string[]]>([
    ['tok-123', ['tok-123']],
    ['Bearer tok-12345', ['tok-12345']],
    ['{"Authorization":"Bearer a/b=="}', ['Authorization']],
    ['user@mail.test', ['mail.test']],
    ['https://user:password@host.test/', ['password', 'host.test']],
  ])('of a client’s %j', (text, expected) => {
    expect(secretsOf(text, { least: 8, anyWhole: false })).toEqual(expected)
  })

  it('of a setting are all of it, too', () => {
    expect(secretsOf(' correct horse ', { least: 3, anyWhole: true })).toEqual([
      'correct horse',
      'correct',
      'horse',
    ])
    expect(secretsOf('', { least: 3, anyWhole: true })).toEqual([])
    expect(secretsOf('x'.repeat(9000), { least: 3, anyWhole: true })).toEqual([])
  })

  it.each<[string, boolean]>([
    ['ya29.abcdefghijklm', true],
    ['short', false],
    ['with a blank in it', false],
    ['someone@example.com', false],
    ['https://example.com/', false],
  ])('tokenOf %s: %s', (text, isToken) => {
    expect(tokenOf(text)).toEqual(isToken ? [text] : [])
  })
})
