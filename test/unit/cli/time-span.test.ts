import { describe, expect, test } from 'vitest'
import { parseAge, parseSince, parseSpan } from '../../../cli/egress/time-span.ts'

const NOW = Date.UTC(2026, 10, 22, 12)

test.each([
  ['30m', 1_800_000],
  ['12h', 43_200_000],
  ['7d', 604_800_000],
  ['2w', 1_209_600_000],
  ['0d', 0],
])('the span %s', (text, milliseconds) => {
  expect(parseSpan(text)).toBe(milliseconds)
  expect(parseSince(text, NOW)).toBe(NOW - milliseconds)
})

test.each([
  ['2026-01-31', Date.UTC(2026, 0, 31)],
  ['2026-01-31T10:00:00Z', Date.UTC(2026, 0, 31, 10)],
])('the date %s', (text, at) => {
  expect(parseSince(text, NOW)).toBe(at)
})

describe('what is neither', () => {
  test.each(['', '7', 'd', '7x', '-7d', '1.5d', '7d7d', '2026-13-01', 'yesterday', '1e3d', '9999999d'])(
    '%j',
    (text) => {
      expect(() => parseSince(text, NOW)).toThrow('Give a span as')
      expect(() => parseAge(text)).toThrow('Give a span as')
    },
  )
})

test('an age is a span that is not nothing', () => {
  expect(parseAge('400d')).toBe(400 * 86_400_000)
  for (const text of ['0d', '2026-01-01']) expect(() => parseAge(text)).toThrow('Give a span as')
})
