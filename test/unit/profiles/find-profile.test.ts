import { describe, expect, it } from 'vitest'
import { findProfileByPackage, listProfiles, loadProfile, profileNameFor } from '../../../profiles/load.ts'
import { profileFolder } from './profile-folder.ts'

const EXA = 'name: exa\ntitle: Exa\npackage: exa-mcp-server@3.4.1\negress: [{host: api.exa.ai}]\n'
const MEMORY = 'name: memory\npackage: "@mcp/server-memory@1.0.0"\negress: []\n'
const BUILTIN = { 'builtin/exa.yaml': EXA, 'builtin/memory.yaml': MEMORY }

describe('findProfileByPackage', () => {
  it.each<[string, Record<string, string>, string, string | null]>([
    ['built in', {}, 'exa-mcp-server', 'exa'],
    ['none', {}, 'exa-mcp', null],
    ['a part of a name is not the name', {}, 'server-memory', null],
    ['with a layer', { 'user/exa.yaml': 'extends: exa' }, 'exa-mcp-server', 'exa'],
    [
      'a layer of another name is asked for by name',
      { 'user/work.yaml': '# exa-mcp-server at work\nextends: exa' },
      'exa-mcp-server',
      'exa',
    ],
    [
      "the user's own goes first",
      { 'user/mine.yaml': 'package: exa-mcp-server@2\negress: []' },
      'exa-mcp-server',
      'mine',
    ],
    [
      "a package that only the user's file has",
      { 'user/mine.yaml': 'package: x@2\negress: []' },
      'x',
      'mine',
    ],
    [
      'a mention is not enough',
      { 'user/mine.yaml': '# exa-mcp-server\negress: []' },
      'exa-mcp-server',
      'exa',
    ],
    [
      'what `egress allow` wrote',
      { 'user/scope-x.yaml': 'name: scope-x\negress: []' },
      '@scope/x',
      'scope-x',
    ],
    ['not a profile for another package', { 'user/x.yaml': 'package: y@1\negress: []' }, 'x', null],
    [
      'not what was allowed for an archive',
      { 'user/archive-thing.yaml': 'name: archive-thing\negress: []' },
      'archive-thing',
      null,
    ],
    [
      'nor for a repository, whatever the scope',
      { 'user/git-host.test-ann-thing.yaml': 'name: git-host.test-ann-thing\negress: []' },
      '@git/host.test-ann-thing',
      null,
    ],
    ['nor for a package of Python’s', { 'user/pypi-x.yaml': 'name: pypi-x\negress: []' }, 'pypi-x', null],
    [
      'which those find',
      { 'user/archive-thing.yaml': 'name: archive-thing\negress: []' },
      'archive:thing',
      'archive-thing',
    ],
    [
      'a package may be about git',
      { 'user/git-thing.yaml': 'name: git-thing\negress: []' },
      'git-thing',
      'git-thing',
    ],
    ['not a profile for an image', { 'user/x.yaml': 'image: y\negress: []' }, 'x', null],
    ['not a profile for a command', { 'user/x.yaml': 'command: [y]\negress: []' }, 'x', null],
    ["npm's memory is not the memory server", {}, 'memory', null],
    ['nor its layer', { 'user/memory.yaml': 'extends: memory' }, 'memory', null],
    [
      'a built-in name that the user gave away',
      { 'user/exa.yaml': 'package: y@1\negress: []' },
      'exa-mcp-server',
      null,
    ],
  ])('%s', (_, files, name, found) => {
    expect(findProfileByPackage(name, profileFolder({ ...BUILTIN, ...files }))).toBe(found)
  })

  it('chooses none of several', () => {
    const files = { 'user/a.yaml': 'package: x@1\negress: []', 'user/b.yaml': 'package: x@2\negress: []' }
    expect(() => findProfileByPackage('x', profileFolder(files))).toThrow('several profiles describe x: a, b')
  })

  it('does not pass over a broken one', () => {
    const folder = profileFolder({ ...BUILTIN, 'user/mine.yaml': 'package: exa-mcp-server@1\negres: []' })
    expect(() => findProfileByPackage('exa-mcp-server', folder)).toThrow('no such field')
  })
})

describe('profileNameFor', () => {
  it.each<[string, Record<string, string>, string]>([
    ['@scope/name', {}, 'scope-name'],
    ['plain', {}, 'plain'],
    ['memory', {}, 'memory-package'],
    ['plain', { 'user/plain.yaml': 'package: other@1\negress: []' }, 'plain-package'],
    ['plain', { 'user/plain.yaml': 'image: x\negress: []' }, 'plain-package'],
    ['plain', { 'user/plain.yaml': 'command: [x]\negress: []' }, 'plain-package'],
    ['plain', { 'user/plain.yaml': 'egress: []' }, 'plain'],
  ])('%s with %j: %s', (packageName, files, name) => {
    expect(profileNameFor(packageName, profileFolder({ ...BUILTIN, ...files }))).toBe(name)
  })
})

it('listProfiles lists each once, with what is wrong with it', () => {
  const folder = profileFolder({
    ...BUILTIN,
    'user/exa.yaml': 'extends: exa\ntitle: Mine',
    'user/bad.yml': 'egress: {}',
    'user/own.yaml': 'egress: []',
    'user/Not A Name.yaml': 'egress: []',
    'user/notes.txt': '',
  })
  expect(listProfiles(folder)).toEqual([
    {
      ...{ name: 'bad', loaded: null, origin: 'user', file: folder.at('user/bad.yml') },
      problem: expect.stringContaining('bad.yml:1:9: egress: must be a list'),
    },
    {
      ...{ name: 'exa', loaded: loadProfile('exa', folder), origin: 'layer' },
      ...{ file: folder.at('user/exa.yaml'), problem: null },
    },
    {
      ...{ name: 'memory', loaded: loadProfile('memory', folder), origin: 'built-in' },
      ...{ file: folder.at('builtin/memory.yaml'), problem: null },
    },
    {
      name: 'own',
      loaded: loadProfile('own', folder),
      origin: 'user',
      file: folder.at('user/own.yaml'),
      problem: null,
    },
  ])
  expect(listProfiles(profileFolder())).toEqual([])
})
