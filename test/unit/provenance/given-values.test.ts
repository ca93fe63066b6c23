import { describe, expect, it } from 'vitest'
import { afterSteps, CALL, candidate, type Expected, NONE, RESPONSE, weighed } from './steps.ts'

const ALICE = 'call: alice@customer.test'
const FROM_ENV: Expected = ['given', 'environment']
const BASIC = Buffer.from('bob:s3:cret').toString('base64')

/** What was given, and what is weighed. */
const CASES: [name: string, given: string, value: string, expected: Expected][] = [
  ['an argument', ALICE, 'mail alice@customer.test', CALL],
  ['another case', 'call: Alice@Customer.TEST', 'mail alice@customer.test', CALL],
  ['a display name', 'call: "Alice A." <alice@customer.test>', 'mail alice@customer.test', CALL],
  ['within a text', 'call: Write to alice@customer.test, please.', 'mail alice@customer.test', CALL],
  ['another script', 'call: b@bücher.example.com', 'mail b@xn--bcher-kva.example.com', CALL],
  ['another user', ALICE, 'mail eve@customer.test', NONE],
  ['a domain that goes on', ALICE, 'mail alice@customer.test.evil.com', NONE],
  ['with a plus', ALICE, 'mail alice+x@customer.test', NONE],
  ['without its plus', 'call: alice+x@customer.test', 'mail alice@customer.test', NONE],
  ['the domain of an address', ALICE, 'host customer.test', CALL],
  ['a name below it', ALICE, 'host mx.customer.test', NONE],
  ['the name above it', 'call: a@mx.customer.test', 'host customer.test', NONE],
  ['an address at a given host', 'call: https://customer.test/', 'mail alice@customer.test', NONE],
  ['a URL', 'call: https://customer.test/hook', 'url https://customer.test/hook', CALL],
  ['another path of its host', 'call: https://customer.test/hook', 'url https://customer.test/', CALL],
  ['a URL at the host of an address', ALICE, 'url https://customer.test/x', CALL],
  [
    'a URL at a given host',
    'profile: api.test.example.com',
    'url https://api.test.example.com/e',
    ['given', 'profile'],
  ],
  ['at another port', 'profile: example.com', 'url https://example.com:8443/', ['given', 'profile']],
  ['a URL with the host in its path', ALICE, 'url https://evil.com/customer.test', NONE],
  ['a URL with the host as its user', ALICE, 'url https://customer.test@evil.com/', NONE],
  ['the host of a URL', 'call: see https://customer.test:8080/a?b', 'host customer.test', CALL],
  ['a variable', 'environment: sender@own.test', 'mail sender@own.test', FROM_ENV],
  ['a response', 'response: a@b.test', 'mail a@b.test', RESPONSE],
  ['a value, as a whole', 'call:  C0123ABC ', 'value c0123abc', CALL],
  ['a number', 'call: 4915112345', 'value 4915112345', CALL],
  ['a value within a text', 'call: post it to #general, now', 'value #general', CALL],
  ['a value in quotes', 'call: the bucket "acme-backups".', 'value acme-backups', CALL],
  ['several words', 'call: ring +1 555 123 4567, please', 'value +1 555 123 4567', CALL],
  ['with other blanks', 'call: ring +1 555\n123 4567', 'value +1  555 123 4567', CALL],
  ['with brackets', 'call: ring (555) 123, please', 'value (555) 123', CALL],
  ['words that stand apart', 'call: a general, and a secret channel', 'value general channel', NONE],
  ['part of a name', 'call: acme-backups', 'value acme', NONE],
  ['a name like it', 'call: acme-backups', 'value acme.backups', NONE],
  ['part of a path', 'call: acme/tools', 'value acme', CALL],
  ['part of a URL', 'call: https://github.com/acme/tools.git', 'value acme', CALL],
  ['a value in full width', 'call: Ｃ０１２３', 'value c0123', CALL],
  ['a long value', `call: ${'x'.repeat(3000)}`, `value ${'x'.repeat(3000)}`, CALL],
  ['another long value', `call: ${'x'.repeat(3000)}`, `value ${'x'.repeat(3001)}`, NONE],
  ['another kind of value', 'call: c0123', 'host c0123', NONE],
  ['a word of a response', 'response: your channel is C0123', 'value c0123', RESPONSE],
  ['a credential', 'environment: tok-12345678', 'credential tok-12345678', FROM_ENV],
  ['a short one', 'environment: x', 'credential x', FROM_ENV],
  ['in another case', 'environment: tok-ABCDEFGH', 'credential tok-abcdefgh', NONE],
  ['part of one', 'environment: tok-12345678', 'credential 12345678', NONE],
  ['in a header', 'environment: {"Authorization":"Bearer ntn_1/b=="}', 'credential ntn_1/b==', FROM_ENV],
  ['in a URL', 'environment: postgres://bob:s3cret@db/x', 'credential s3cret', FROM_ENV],
  ['beside another', 'environment: bob:s3cret', 'credential bob', FROM_ENV],
  ['as basic authentication', `environment: Basic ${BASIC}`, 'credential s3:cret', FROM_ENV],
  ['a user who is an address', 'call: Bob@b.test', 'credential bob@b.test', CALL],
  ['of an argument', 'call: tok-12345678', 'credential tok-12345678', CALL],
  ['in an argument’s text', 'call: use tok-12345678901 for it', 'credential tok-12345678901', CALL],
  ['of a response', 'response: ya29.abcdefghijklm', 'credential ya29.abcdefghijklm', RESPONSE],
  ['of a response’s text', 'response: it is ya29.abcdefghijklm', 'credential ya29.abcdefghijklm', NONE],
]

describe('createGivenValues', () => {
  it.each(CASES)('weighs %s', (_name, given, value, expected) => {
    expect(weighed([given], value)).toEqual(expected)
  })

  it('names every source, the strongest first', () => {
    const steps = ['response: a@b.test', 'environment: a@b.test', 'call: a@b.test', 'profile: a@b.test']
    const sources = ['call-arguments', 'environment', 'profile', 'response']
    expect(weighed(steps, 'mail a@b.test')).toEqual(['given', ...sources])
  })

  it('answers in order', () => {
    const both = [candidate('mail eve@evil.com'), candidate('mail alice@customer.test')]
    expect(
      afterSteps([ALICE])
        .weigh(both)
        .map(({ kind }) => kind),
    ).toEqual(['none', 'given'])
  })

  it('forgets what was not seen for longest, each source for itself, and says how much', () => {
    const given = afterSteps(['environment: env', 'call: v1', 'call: v2'], { capacity: 8 })
    expect(given.forgotten()).toBe(0)
    given.weigh([candidate('value v1'), candidate('credential v1')])
    given.give('call-arguments', ['v3', 'v4'])
    expect(given.forgotten()).toBe(2)
    expect(given.forgotten()).toBe(0)
    const values = ['v1', 'v2', 'v3', 'v4', 'env'].map((value) => candidate(`value ${value}`))
    const kinds = given.weigh(values).map(({ kind }) => kind)
    expect(kinds).toEqual(['given', 'none', 'given', 'given', 'given'])
  })

  it('gives again what it forgot, when the same text comes again', () => {
    const given = afterSteps(['response: a@b.test'], { capacity: 8 })
    given.give('response', ['a@b.test'])
    expect(given.weigh([candidate('mail a@b.test')])[0]?.kind).toBe('response')
    given.give('response', ['v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8'])
    expect(given.forgotten()).toBeGreaterThan(0)
    given.give('response', ['a@b.test'])
    expect(given.weigh([candidate('mail a@b.test')])[0]?.kind).toBe('response')
  })

  it('takes a text for what it is by then: given, then sent from nowhere, then given again', () => {
    const steps = ['response: see x@y.test', 'sent: mail eve@evil.com', 'response: eve@evil.com']
    expect(weighed([...steps, 'response: eve@evil.com'], 'mail eve@evil.com')).toEqual(NONE)
    expect(weighed([...steps, 'response: see x@y.test'], 'mail x@y.test')).toEqual(RESPONSE)
  })

  it.each<[name: string, text: string]>([
    [
      'of the server’s, all addresses',
      Array.from({ length: 60_000 }, (_, at) => `u${at}@c${at}.test`).join(' '),
    ],
    ['of the server’s, one word', 'x'.repeat(1_000_000)],
    ['of the server’s, all escapes', '\\u0040'.repeat(150_000)],
    ['of the server’s, all signs', '.@%&=:/'.repeat(150_000)],
  ])('takes a megabyte %s in bounded time', (_name, text) => {
    const given = afterSteps([])
    const before = process.cpuUsage()
    given.give('server', [text])
    // Some 30 ms where nothing else runs.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000)
  })
})
