import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readChoice, rememberChoice } from '../../../../cli/run/remembered-choice.ts'
import { temporaryStore } from '../../store/temporary-store.ts'

const AT = '2026-01-31T10:00:00.000Z'
const DOCKER = { sandbox: 'docker', at: AT } as const
const NATIVE = { sandbox: 'native', at: AT } as const
const FILE = 'choices/exa.json'

it('keeps one choice a key, and has none before', () => {
  const store = join(temporaryStore(), 'not', 'made', 'yet')
  expect(readChoice(store, 'exa')).toBeNull()
  expect(rememberChoice(store, 'exa', DOCKER)).toBeNull()
  expect(rememberChoice(store, 'EXA', NATIVE)).toBeNull()
  expect(readChoice(store, 'exa')).toEqual(DOCKER)
  expect(readChoice(store, 'EXA')).toEqual(NATIVE)
  expect(rememberChoice(store, 'exa', NATIVE)).toBeNull()
  expect(readChoice(store, 'exa')).toEqual(NATIVE)
  expect(readdirSync(join(store, 'choices')).sort()).toEqual(['%45%58%41.json', 'exa.json'])
  expect(statSync(join(store, 'choices')).mode & 0o777).toBe(0o700)
})

it.each(['@scope/name@1.2.3', '../../escape', '/abs/p.yaml', '.', '', 'a\0b', 'ü'.repeat(500)])(
  'takes %j for a key, within its folder',
  (key) => {
    const store = temporaryStore()
    expect(rememberChoice(store, key, DOCKER)).toBeNull()
    expect(readChoice(store, key)).toEqual(DOCKER)
    expect(readdirSync(store)).toEqual(['choices'])
    expect(readdirSync(join(store, 'choices'))).toHaveLength(1)
  },
)

describe('what is no choice', () => {
  it.each([
    '',
    'docker',
    'null',
    '[]',
    '{"sandbox":"docker"}',
    '{"sandbox":"none","at":"2026-01-31T10:00:00.000Z"}',
    '{"sandbox":"docker","at":1}',
    '{"sandbox":"docker","at":"today"}',
    '{"sandbox":"docker","at":"2026-01-31\\u001b[2JZ"}',
    `${JSON.stringify(DOCKER)}${' '.repeat(5000)}`,
  ])('%j', (text) => {
    const store = temporaryStore()
    mkdirSync(join(store, 'choices'))
    writeFileSync(join(store, FILE), text)
    expect(readChoice(store, 'exa')).toBeNull()
    expect(rememberChoice(store, 'exa', NATIVE)).toBeNull()
    expect(readChoice(store, 'exa')).toEqual(NATIVE)
  })

  it.each<[string, (file: string) => void]>([
    ['a folder', (file) => mkdirSync(file)],
    ['a pipe', (file) => execFileSync('mkfifo', [file])],
    ['a link to nowhere', (file) => symlinkSync('/nowhere/at/all', file)],
  ])('%s', (_, make) => {
    const store = temporaryStore()
    mkdirSync(dirname(join(store, FILE)))
    make(join(store, FILE))
    expect(readChoice(store, 'exa')).toBeNull()
  })
})

it('says why it could not be kept, and throws nothing', () => {
  const store = temporaryStore()
  writeFileSync(join(store, 'choices'), 'a file where the folder should be')
  expect(rememberChoice(store, 'exa', DOCKER)).toMatch(/^(EEXIST|ENOTDIR)$/)
  expect(readChoice(store, 'exa')).toBeNull()
})
