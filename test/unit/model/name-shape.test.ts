import { expect, test } from 'vitest'
import { nameShape } from '../../../runtime/model/name-shape.ts'

test.each([
  ...[
    'Bcc',
    'TextBody',
    'message_id',
    '@type',
    '$ref',
    'v1',
    'v2.1',
    'utm-source',
    'getUserV2',
    'face',
    'added',
  ],
  ...['withTemplate', 'MessageStreamV2', 'addressLine2'],
])('%s is a name', (name) => {
  expect(nameShape(name)).toBe(name)
})

test.each([
  ['{n}', ['7', '0', '20261122000000000000000000']],
  ['{date}', ['2026-11-22', '2026-11', '2026-11-22T10:00:00Z']],
  [
    '{id}',
    [
      '0b7e5c1d-4f8a-4c53-9b1e-2d6a7f3c8e90',
      'C012AB3CD',
      'dQw4w9WgXcQ',
      'e83c5163316f89bf',
      'abc123',
      'ABCDEF12',
    ],
  ],
  ['{id}', ['ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'AKIAIOSFODNN7EXAMPLE']],
  [
    '{…}',
    [
      'alice@customer.test',
      'a.b',
      'two words',
      '',
      'x'.repeat(41),
      'naïve',
      '\u001b[2J',
      'a/b',
      '=cmd',
      '*',
      '…',
    ],
  ],
])('%s stands for what varies', (shape, texts) => {
  for (const text of texts) expect([text, nameShape(text)]).toEqual([text, shape])
})

test('a shape is its own shape', () => {
  for (const shape of ['{n}', '{date}', '{id}', '{…}']) expect(nameShape(shape)).toBe(shape)
})
