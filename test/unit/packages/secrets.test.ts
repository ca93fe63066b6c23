import { expect, test } from 'vitest'
import { redact, secretsOf } from '../../../runtime/packages/secrets.ts'

const base64 = (text: string) => Buffer.from(text).toString('base64')

test('tokens, passwords in either form, and those in URLs are secrets; the rest is not', () => {
  const secrets = secretsOf({
    '//npm.example/:_authToken': 'tok-123456',
    '//npm.example/:_password': base64('pass word'),
    _auth: base64('joe:hunter22'),
    proxy: 'http://joe:pr0xy@proxy.example:3128/',
    registry: 'https://npm.example/',
    '//npm.example/:username': 'joe-the-user',
    '//short.example/:_authToken': 'abc',
    list: ['a'],
    flag: true,
  })
  expect(secrets).toEqual(
    expect.arrayContaining(['tok-123456', 'pass word', base64('pass word'), 'hunter22', 'pr0xy']),
  )
  for (const open of ['https://npm.example/', 'joe-the-user', 'abc', 'a']) expect(secrets).not.toContain(open)
})

test.each([
  ['token tok-123456 twice tok-123456', 'token *** twice ***'],
  [`npm_${'a'.repeat(36)} is one`, '*** is one'],
  ['GET https://joe:pw@npm.example/x', 'GET https://***@npm.example/x'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
  ['authorization: basic am9lOnB3', 'authorization: basic ***'],
  ['//npm.example/:_authToken=abc', '//npm.example/:_authToken=***'],
  ['"_password": "abc"', '"_password": ***'],
  ['404 Not Found - GET https://npm.example/@a%2fb', '404 Not Found - GET https://npm.example/@a%2fb'],
])('%s', (text, clean) => {
  expect(redact(text, ['tok-123456'])).toBe(clean)
})
