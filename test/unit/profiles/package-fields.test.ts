import { expect, test } from 'vitest'
import { emptyProfile, mergeProfile } from '../../../profiles/merge.ts'
import { parseProfile } from '../../../profiles/parse-profile.ts'

const source = (text: string) => parseProfile(`name: a\negress: []\n${text}`, 'a.yaml').source

test('what may be installed, and by whom', () => {
  const text =
    'package: {npm: x, version: "1", publishers: [me, github.com/me/x]}\ninstall-scripts: [b, b]\nmin-age: 7d'
  expect(source(text)).toMatchObject({
    package: { name: 'x', version: '1', bin: null, publishers: ['me', 'github.com/me/x'] },
    installScripts: ['b'],
    minAge: 7 * 86_400_000,
  })
})

test.each([
  ['24h', 24 * 3_600_000],
  ['30m', 30 * 60_000],
  ['0', 0],
  ['0h', 0],
])('min-age: %s', (text, ms) => {
  expect(source(`min-age: "${text}"`).minAge).toBe(ms)
})

test.each([
  ['min-age: soon', '`soon` is no age'],
  ['min-age: 12', 'must be text'],
  ['min-age: "12"', '`12` is no age'],
  ['install-scripts: [../x]', 'install-scripts[0]'],
  ['package: {npm: x, version: "1", publishers: []}', 'publishers'],
])('%s is refused', (text, message) => {
  expect(() => source(text)).toThrow(message)
})

test('a layer adds to the scripts, and says the age anew', () => {
  const base = mergeProfile(emptyProfile('a'), source('install-scripts: [b]\nmin-age: 7d'))
  const layered = mergeProfile(base, source('install-scripts: [c]'))
  expect([layered.installScripts, layered.minAge]).toEqual([['b', 'c'], 7 * 86_400_000])
  expect(mergeProfile(base, source('min-age: "0"')).minAge).toBe(0)
})
