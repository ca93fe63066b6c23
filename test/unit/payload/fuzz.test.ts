import { expect, test } from 'vitest'
import { findValues } from '../../../runtime/payload/values.ts'
import { read, type Sent } from './found-in.ts'
import { seededRandom } from './seeded-random.ts'

/** Milliseconds: the machine may be busy. */
const SLOW = 60_000

const TYPES = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=b',
  'message/rfc822',
  'text/plain; charset=utf-16',
  'text/xml',
  'application/octet-stream',
  '',
]

/** What a body may be made of: marks, values, and their pieces. */
const TOKENS = [
  ...[
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    '\\u0040',
    '\n',
    '\r\n',
    '\r\n\r\n',
    ' ',
    '=',
    '&',
    '%40',
    '%',
    '+',
    '<',
    '>',
    '(',
    ')',
  ],
  ...[
    '--b',
    '--b--',
    'Content-Disposition: form-data; name="to"',
    'Bcc: ',
    'to',
    '"to":',
    'a=',
    '@',
    '.',
    '//',
    'https://',
    '/',
  ],
  ...[
    'x@evil.test',
    'evil.club',
    'x@evil',
    '.test',
    'eEBldmlsLnRlc3Q=',
    '78406576696c2e74657374',
    '=?utf-8?B?',
    '?=',
    '=40',
    '&#64;',
  ],
  ...[
    '\u200b',
    'é',
    '😀',
    '\ufeff',
    '\0',
    '\x1f\x8b\x08\0',
    '\xff',
    '203.0.113.9',
    '[::1]',
    'xn--',
    'index.js',
    'http://1',
    '"a"@b.test',
  ],
]

function bodyOf(random: (limit: number) => number): Buffer {
  const length = random(60)
  if (random(8) === 0) return Buffer.from(Array.from({ length: random(400) }, () => random(256)))
  return Buffer.from(Array.from({ length }, () => TOKENS[random(TOKENS.length)]).join(''), 'utf8')
}

test(
  'any body gives the same candidates in one piece and in many, and no error',
  async () => {
    const random = seededRandom(4)
    for (let round = 0; round < 400; round++) {
      const body = bodyOf(random)
      const sent: Sent = {
        type: TYPES[random(TYPES.length)] ?? '',
        fields: [{ index: 0, field: '/to', values: 'any' }],
      }
      const whole = await read(body, sent)
      const cuts = Array.from({ length: random(12) }, () => random(30))
      expect(
        await read(body, { ...sent, cuts }),
        `round ${round}: ${JSON.stringify(body.toString('latin1'))}`,
      ).toEqual(whole)
    }
  },
  SLOW,
)

test(
  'any target and header field is read without an error',
  async () => {
    const random = seededRandom(5)
    for (let round = 0; round < 400; round++) {
      const text = bodyOf(random).toString('latin1')
      const { head } = await read('', {
        target: `/${text}?${text}`,
        headers: [
          ['x-to', text],
          ['authorization', text],
        ],
      })
      expect(head.every(({ value }) => value !== '')).toBe(true)
    }
  },
  SLOW,
)

test(
  'what is found in a request is found in its text as well',
  async () => {
    const random = seededRandom(6)
    for (let round = 0; round < 500; round++) {
      const text = bodyOf(random).toString('utf8')
      const given = new Set(findValues(text).map(({ kind, value }) => `${kind} ${value}`))
      const { body } = await read(JSON.stringify({ to: text, text, host: text, url: [text] }))
      const found = body.map(({ kind, value }) => `${kind} ${value}`)
      expect(
        found.filter((one) => !given.has(one)),
        JSON.stringify(text),
      ).toEqual([])
    }
  },
  SLOW,
)
