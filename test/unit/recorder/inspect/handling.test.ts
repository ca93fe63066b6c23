import { describe, expect, it } from 'vitest'
import type { FirstBytes } from '../../../../runtime/protocol/first-bytes.ts'
import { type HandlingFacts, handlingOf } from '../../../../runtime/recorder/inspect/handling.ts'

const tls = (...alpn: string[]) => ({ kind: 'tls', alpn }) as unknown as FirstBytes
const http = { kind: 'http' } as FirstBytes
const facts: HandlingFacts = {
  mode: 'enforce',
  inspect: 'required',
  name: 'api.test',
  first: tls('h2', 'http/1.1'),
  smtp: false,
  readable: true,
}

describe('a connection', () => {
  it.each<[string, Partial<HandlingFacts>, string, string]>([
    // With `required`, with `try`.
    ['of TLS that offers HTTP', {}, 'read', 'read'],
    ['of TLS that offers nothing', { first: tls() }, 'read', 'read'],
    ['of TLS that offers HTTP among others', { first: tls('spdy/3', 'http/1.1') }, 'read', 'read'],
    ['of TLS that offers another protocol', { first: tls('mqtt') }, 'refuse', 'pass'],
    ['of HTTP', { first: http }, 'read', 'read'],
    ['of HTTP/2 without TLS', { first: { kind: 'h2c' } }, 'refuse', 'pass'],
    ['of something else', { first: { kind: 'unknown' } }, 'refuse', 'pass'],
    ['of mail, which the server begins', { first: { kind: 'unknown' }, smtp: true }, 'read', 'read'],
    ['without a name that holds', { name: null }, 'refuse', 'pass'],
    ['whose client has refused to be read', { readable: false }, 'refuse', 'pass'],
  ])('%s', (_, more, required, tried) => {
    const handling = (other: Partial<HandlingFacts>) => handlingOf({ ...facts, ...more, ...other })
    expect(handling({})).toBe(required)
    expect(handling({ inspect: 'try' })).toBe(tried)
    expect(handling({ mode: 'monitor' })).toBe(tried)
    expect(handling({ inspect: 'no' })).toBe('pass')
  })
})
