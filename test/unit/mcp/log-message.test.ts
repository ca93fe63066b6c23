import { describe, expect, it } from 'vitest'
import { logMessageLine } from '../../../runtime/mcp/log-message.ts'

const dataOf = (data: Record<string, unknown>) =>
  JSON.parse(logMessageLine('warning', data).toString()).params.data

describe('logMessageLine', () => {
  it('is one JSON-RPC notification on one line', () => {
    const line = logMessageLine('error', { destination: 'evil.test', port: 443, allowed: false, note: null })
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(JSON.parse(line.toString())).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: {
        level: 'error',
        logger: 'mcp-run',
        data: { destination: 'evil.test', port: 443, allowed: false, note: null },
      },
    })
  })

  it.each<[string, Record<string, unknown>, unknown]>([
    ['strings', { a: 'x\u001b[2J\ny' }, { a: 'x\\x1b[2J\\x0ay' }],
    ['keys', { 'a\u202eb': 1 }, { 'a\\u{202e}b': 1 }],
    ['nested strings', { a: [{ b: ['\u0007'] }] }, { a: [{ b: ['\\x07'] }] }],
    ['long strings', { a: 'x'.repeat(3000) }, { a: `${'x'.repeat(2560)}…(3000 characters)` }],
    ['what JSON has no word for', { a: 1n, b: undefined, c: () => 1, d: [undefined] }, { a: '1', d: [null] }],
    ['numbers that JSON has not', { a: Number.NaN }, { a: null }],
  ])('makes %s safe', (_name, data, expected) => {
    expect(dataOf(data)).toEqual(expected)
  })

  it('is bounded for what is deep, circular or large', () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    expect(JSON.stringify(dataOf(circular)).length).toBeLessThan(200)
    const wide = { list: Array.from({ length: 5000 }, (_, index) => index) }
    expect(dataOf(wide).list.length).toBeLessThan(200)
  })
})
