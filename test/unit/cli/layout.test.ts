import { expect, test } from 'vitest'
import { type Column, endCut, layOut, wrap } from '../../../cli/egress/layout.ts'

const COLUMNS: readonly Column[] = [
  { title: 'A' },
  { title: 'NAME', flexible: true },
  { title: 'N', align: 'right' },
]

test('columns are as wide as their widest cell, numbers to the right', () => {
  const rows = [
    ['x', 'short', '7'],
    ['yyy', 'a longer one', '1234'],
  ]
  expect(layOut(COLUMNS, rows, { width: 80, indent: '  ' })).toEqual({
    header: '  A    NAME             N',
    lines: ['  x    short            7', '  yyy  a longer one  1234'],
  })
})

test('the flexible one gives way in its middle, but not to nothing', () => {
  const name = `begin.${'x'.repeat(60)}.end.test`
  const [line = ''] = layOut(COLUMNS, [['x', name, '7']], { width: 40 }).lines
  expect(line).toHaveLength(40)
  expect(line).toMatch(/^x {2}begin\.x+…x+\.end\.test {2}7$/)
  const [narrow = ''] = layOut(COLUMNS, [['x', name, '7']], { width: 5 }).lines
  expect(narrow).toHaveLength(22)
})

test('without a bound nothing is cut', () => {
  const name = 'x'.repeat(300)
  expect(layOut(COLUMNS, [['x', name, '7']], { width: Number.POSITIVE_INFINITY }).lines[0]).toContain(name)
})

test('a sentence breaks between words, and a word that is too long is cut', () => {
  expect(wrap('one two three four', { width: 12, indent: '  ' })).toEqual(['  one two', '  three four'])
  expect(wrap(`a ${'x'.repeat(30)} b`, { width: 10, indent: ' ' })).toEqual([' a', ' xxxxxxxx…', ' b'])
  expect(wrap('one two', { width: Number.POSITIVE_INFINITY, indent: '' })).toEqual(['one two'])
  expect(endCut('abcdef', 4)).toBe('abc…')
  expect(endCut('abcdef', 6)).toBe('abcdef')
})
