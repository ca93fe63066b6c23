import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { declarePackage } from '../../../profiles/declare-package.ts'
import { loadProfile } from '../../../profiles/load.ts'
import { profileFolder } from './profile-folder.ts'

const EXA = 'name: exa\npackage: exa-mcp-server@3.4.1\negress:\n  - host: api.exa.ai\n'
const OWN = `name: mine
# Why this one.
package: {npm: "@s/mine", version: 1.0.0, bin: go, publishers: [ann]} # as tried
egress: []
`

const declared = (name: string, files: Record<string, string>, version = '3.5.0') => {
  const folder = profileFolder(files)
  const done = declarePackage({ ...folder, loaded: loadProfile(name, folder), version })
  return { ...done, folder, text: readFileSync(done.file, 'utf8') }
}

test('a built-in profile gets a layer, in which the rest of it holds', () => {
  const { file, text, diff, folder } = declared('exa', { 'builtin/exa.yaml': EXA })
  expect([file, text]).toEqual([
    folder.at('user/exa.yaml'),
    '# The version that was accepted.\nextends: exa\npackage: "exa-mcp-server@3.5.0"\n',
  ])
  expect(diff).toContain('+package: "exa-mcp-server@3.5.0"')
  const { profile } = loadProfile('exa', folder)
  expect(profile).toMatchObject({ package: { version: '3.5.0' }, egress: [{ host: 'api.exa.ai' }] })
})

test('who may publish it stays, and which command', () => {
  const builtin =
    'name: x\npackage: {npm: x, version: 1.0.0, bin: go, publishers: ["github.com/a/b"]}\negress: []\n'
  const { folder } = declared('x', { 'builtin/x.yaml': builtin }, '1.1.0')
  expect(loadProfile('x', folder).profile.package).toEqual({
    ...{ registry: 'npm', name: 'x', version: '1.1.0', bin: 'go', publishers: ['github.com/a/b'] },
  })
})

test.each([
  ['a layer without one', '# mine\nextends: exa\nmode: monitor', '\npackage: "exa-mcp-server@3.5.0"\n'],
  ['a layer with one', 'extends: exa\npackage: exa-mcp-server@3.4.9 # tried\nmode: monitor\n', null],
])('%s: every other byte stays', (_, before, added) => {
  const { text } = declared('exa', { 'builtin/exa.yaml': EXA, 'user/exa.yaml': before })
  expect(text).toBe(
    added === null ? before.replace('exa-mcp-server@3.4.9', '"exa-mcp-server@3.5.0"') : before + added,
  )
})

test('a profile of the user’s own', () => {
  const { text } = declared('mine', { 'user/mine.yaml': OWN }, '1.1.0')
  expect(text).toBe(OWN.replace('1.0.0', '"1.1.0"'))
})

test.each([
  ['on one line', '{extends: exa, mode: monitor}\n'],
  ['on lines of its own', 'extends: exa\npackage: >-\n  exa-mcp-server@3.4.9\nmode: monitor\n'],
])('what is laid out %s is left alone', (_, before) => {
  const folder = profileFolder({ 'builtin/exa.yaml': EXA, 'user/exa.yaml': before })
  const given = { ...folder, loaded: loadProfile('exa', folder), version: '3.5.0' }
  expect(() => declarePackage(given)).toThrow('cannot be edited safely')
  expect(readFileSync(folder.at('user/exa.yaml'), 'utf8')).toBe(before)
  expect(existsSync(folder.at('user/exa.yml'))).toBe(false)
})
