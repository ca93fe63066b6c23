import { expect, it } from 'vitest'
import { parseProfile } from '../../../profiles/parse-profile.ts'
import { MAX_BYTES } from '../../../profiles/yaml-text.ts'
import { McpRunError } from '../../../runtime/model/errors.ts'

const fill = (piece: string): string => piece.repeat(Math.floor(MAX_BYTES / piece.length))
const numbered = (line: (index: number) => string): string =>
  Array.from({ length: 20_000 }, (_, index) => line(index))
    .join('')
    .slice(0, MAX_BYTES)

/** Nine levels of ten: a billion items to whoever follows the references. */
const LAUGHS = Array.from({ length: 9 }, (_, level) => {
  const below = level === 0 ? '"lol"' : `*a${level - 1}`
  return `a${level}: &a${level} [${Array(10).fill(below).join(', ')}]\n`
}).join('')

it.each([
  ['references', LAUGHS],
  ['brackets', fill('[')],
  ['braces', fill('{a: ')],
  ['dashes', fill('- ')],
  ['question marks', fill('? ')],
  ['anchors', fill('&a ')],
  ['documents', fill('---\n')],
  ['closing brackets', fill(']')],
  ['quotes', `a: "${fill('\n')}`],
  ['tabs', fill('\t\n')],
  ['one key over and over', fill('a: 1\n')],
  ['many keys', numbered((index) => `k${index}: 1\n`)],
  ['many entries', `name: a\negress:\n${numbered((index) => `- host: h${index}.test\n`)}`],
  ['deeper and deeper', Array.from({ length: 480 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ['a long line', `name: ${fill('a')}`],
  ['control characters', fill('\x1b[2J')],
])('ends in an error, and soon: %s', { timeout: 10_000 }, (_, text) => {
  expect(text.length).toBeLessThanOrEqual(MAX_BYTES + 20)
  try {
    parseProfile(text, 'p.yaml')
    expect.unreachable('was accepted')
  } catch (error) {
    expect(error).toBeInstanceOf(McpRunError)
    const { message, hint } = error as McpRunError
    expect(message.length).toBeLessThan(4000)
    expect(`${message}${hint}`).not.toMatch(/[^\P{Cc}\n]/u)
  }
})
