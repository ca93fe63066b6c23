import { expect, test } from 'vitest'
import { safeJson } from '../../../cli/egress/safe-json.ts'

const HOSTILE =
  'a\u001b[2J\u0007\n\r\u0000\u007f\u009b1m\u200b\u202e\u2066\u2028\ufeff\u{e0041}\ud800é漢😀"\\'

test('is the same value to a parser and plain text to a terminal', () => {
  const value = { [HOSTILE]: [HOSTILE, 1, null] }
  for (const indent of [0, 2]) {
    const text = safeJson(value, indent)
    expect(JSON.parse(text)).toEqual(value)
    expect(text.replaceAll('\n', '')).toMatch(/^[\x20-\x7eé漢😀]+$/u)
  }
  expect(safeJson(value)).not.toContain('\n')
})
