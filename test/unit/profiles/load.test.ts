import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { denyAllProfile, loadProfile } from '../../../profiles/load.ts'
import { MAX_BYTES } from '../../../profiles/yaml-text.ts'
import { McpRunError } from '../../../runtime/model/errors.ts'
import { profileFolder } from './profile-folder.ts'

const EXA = `name: exa
title: Exa
package: exa-mcp-server@3.4.1
args: [--a]
env: {pass: [EXA_API_KEY, DEBUG], set: {MODE: quiet, CACHE: x}}
egress:
  - host: api.exa.ai
files: {read: [~/a]}
limits: {memory: 1G, pids: 10}
`

function failure(act: () => unknown): McpRunError {
  try {
    act()
  } catch (error) {
    if (error instanceof McpRunError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const hosts = (loaded: ReturnType<typeof loadProfile>): string[] =>
  loaded.profile.egress.map((rule) =>
    rule.kind === 'host' ? `${rule.host}:${rule.ports.join()}` : rule.kind,
  )

describe('by name', () => {
  it('finds the built-in one', () => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA })
    const loaded = loadProfile('exa', folder)
    expect(loaded.files).toEqual([folder.at('builtin/exa.yaml')])
    expect(hosts(loaded)).toEqual(['api.exa.ai:443'])
    expect(loaded.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
  })

  it("prefers the user's own of the same name", () => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA, 'user/exa.yaml': 'name: exa\negress: []\n' })
    const loaded = loadProfile('exa', folder)
    expect(loaded.files).toEqual([folder.at('user/exa.yaml')])
    expect(loaded.profile).toMatchObject({ title: null, package: null, egress: [] })
  })

  it.each(['yaml', 'yml'])("finds the user's .%s, which need not repeat its name", (ending) => {
    const folder = profileFolder({ [`user/mine.${ending}`]: 'egress: [{host: a.test}]\n' })
    expect(loadProfile('mine', folder).profile.name).toBe('mine')
  })

  it('refuses a file that gives itself another name', () => {
    const folder = profileFolder({ 'user/mine.yaml': '# mine\nname: other\negress: []\n' })
    const error = failure(() => loadProfile('mine', folder))
    expect(error.message).toBe(
      `${folder.at('user/mine.yaml')}:2:7: name: the file is found as \`mine\`, so that is its name`,
    )
    expect(error.hint).toContain('name: mine')
  })

  it('refuses two spellings of one file', () => {
    const folder = profileFolder({ 'user/a.yaml': 'egress: []', 'user/a.yml': 'egress: []' })
    expect(failure(() => loadProfile('a', folder)).message).toContain('are both profiles named a')
  })

  it.each([
    ['exo', 'did you mean exa?'],
    ['nothing-like-it', 'there are exa, mine'],
    ['../builtin/exa', 'working folder'],
    ['..', 'there are exa, mine'],
    ['', 'there are exa, mine'],
    ['\x1b[2J', 'there are exa, mine'],
    ['@scope/name', 'mcp-run -y @scope/name'],
  ])('says what there is instead of %j', (name, hint) => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA, 'user/mine.yaml': 'egress: []' })
    const error = failure(() => loadProfile(name, folder))
    expect([error.code, error.hint]).toEqual(['profile-not-found', expect.stringContaining(hint)])
    expect(error.message).not.toContain('\x1b')
  })
})

describe('by file', () => {
  it.each([
    ['./p.yaml', 'egress: []', 'p'],
    ['sub/q.yml', 'name: mine\negress: []', 'mine'],
    ['p.yaml', 'egress: []', 'p'],
  ])('%s', (reference, text, name) => {
    const folder = profileFolder({ [reference]: text })
    const loaded = loadProfile(reference, folder)
    expect([loaded.profile.name, loaded.files]).toEqual([name, [folder.at(reference)]])
    expect(loadProfile(folder.at(reference), { ...folder, cwd: '/' })).toEqual(loaded)
  })

  it('needs a name where the file has none to lend', () => {
    const folder = profileFolder({ 'My Profile.yaml': 'egress: []' })
    expect(failure(() => loadProfile('./My Profile.yaml', folder)).message).toMatch(
      /:1:1: the profile has no name$/,
    )
  })

  it('says what is wrong with a file that is none', () => {
    const folder = profileFolder({
      'big.yaml': `name: a\negress: []\n${'#'.repeat(MAX_BYTES)}`,
      'latin.yaml': Buffer.from('name: a\ntitle: m\xfcnchen\negress: []', 'latin1'),
    })
    mkdirSync(folder.at('folder.yaml'))
    execFileSync('mkfifo', [folder.at('pipe.yaml')])
    expect(failure(() => loadProfile('./none.yaml', folder)).code).toBe('profile-not-found')
    for (const [name, what] of [
      ['big', 'is larger than 128 KiB'],
      ['latin', 'is not UTF-8 text'],
      ['folder', 'is not a file'],
      ['pipe', 'is not a file'],
    ]) {
      const error = failure(() => loadProfile(`./${name}.yaml`, folder))
      expect([error.code, error.message]).toEqual([
        'profile-invalid',
        `${folder.at(`${name}.yaml`)}: ${what}`,
      ])
    }
  })

  it('says so when it cannot be read', () => {
    const folder = profileFolder()
    symlinkSync(folder.at('p.yaml'), folder.at('p.yaml'))
    expect(failure(() => loadProfile('./p.yaml', folder)).message).toContain('cannot be read (ELOOP)')
  })
})

describe('a layer', () => {
  const LAYER = `extends: exa
title: My Exa
args: [--b]
env: {pass: [MORE, MODE], set: {DEBUG: "1", CACHE: y}}
egress:
  - host: extra.test
  - host: api.exa.ai
    ports: [8443]
files: {read: [~/b], write: [~/c]}
limits: {pids: 20, required: true}
mode: monitor
`

  it('adds to lists, replaces the rest, and bears the name of its base', () => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA, 'user/exa.yaml': LAYER })
    const loaded = loadProfile('exa', folder)
    expect(loaded.files).toEqual([folder.at('builtin/exa.yaml'), folder.at('user/exa.yaml')])
    expect(hosts(loaded)).toEqual(['api.exa.ai:443', 'extra.test:443', 'api.exa.ai:8443'])
    expect(loaded.profile).toMatchObject({
      ...{ name: 'exa', title: 'My Exa', publisher: null, args: ['--b'], mode: 'monitor' },
      package: { name: 'exa-mcp-server', version: '3.4.1' },
      files: { read: ['~/a', '~/b'], write: ['~/c'] },
      limits: { memory: 1024 ** 3, cpus: null, pids: 20, required: true },
    })
    // MODE was set and is passed now; DEBUG was passed and is set now.
    expect(loaded.profile.env).toEqual({
      pass: ['EXA_API_KEY', 'MORE', 'MODE'],
      set: { DEBUG: '1', CACHE: 'y' },
    })
  })

  it('may extend another built-in profile, under its own name', () => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA, 'user/work.yaml': LAYER, 'x/third.yaml': LAYER })
    expect(loadProfile('work', folder).profile.name).toBe('work')
    expect(loadProfile('./x/third.yaml', folder).profile.name).toBe('third')
    expect(loadProfile('exa', folder).profile.title).toBe('Exa')
  })

  it('adds callback ports, and says anew how path arguments are shown', () => {
    const folder = profileFolder({
      'builtin/a.yaml': 'egress: []\ncallback-ports: [3334, 8090]\npath-arguments: none',
      'user/a.yaml': 'extends: a\ncallback-ports: [8090, 9000]',
      'user/b.yaml': 'extends: a\npath-arguments: write',
    })
    expect(loadProfile('a', folder).profile).toMatchObject({
      callbackPorts: [3334, 8090, 9000],
      pathArguments: 'none',
    })
    expect(loadProfile('b', folder).profile).toMatchObject({
      callbackPorts: [3334, 8090],
      pathArguments: 'write',
    })
    expect(loadProfile('./c.yaml', profileFolder({ 'c.yaml': 'egress: []' })).profile).toMatchObject({
      callbackPorts: [],
      pathArguments: 'read',
    })
  })

  const IMAGE = { name: 'owner/x:1', entrypoint: null, user: 'non-root' }
  it.each<[string, string, object]>([
    ['package: x@1', 'image: owner/x:1', { package: null, image: IMAGE, command: null }],
    ['command: [x]', 'image: owner/x:1', { package: null, image: IMAGE, command: null }],
    ['image: owner/y', 'image: owner/x:1', { package: null, image: IMAGE, command: null }],
    ['image: owner/x:1', 'title: x', { package: null, image: IMAGE, command: null }],
    ['image: owner/x:1', 'package: x@1', { package: { name: 'x' }, image: null, command: null }],
    ['image: owner/x:1', 'command: [x]', { package: null, image: null, command: ['x'] }],
    ['package: x@1', 'command: [x]', { package: { name: 'x' }, image: null, command: ['x'] }],
  ])('%s and then %s', (base, layer, expected) => {
    const folder = profileFolder({
      'builtin/a.yaml': `egress: []\n${base}`,
      'user/a.yaml': `extends: a\n${layer}`,
    })
    expect(loadProfile('a', folder).profile).toMatchObject(expected)
  })

  const RUN = 'recorded: {date: 2026-01-31, version: "1", backend: native, hosts: [a.test]}'
  it.each<[string, object | null]>([
    ['title: x', { date: '2026-01-31', hosts: ['a.test'] }],
    ['package: x@2', null],
    ['image: x', null],
    ['command: [x]', null],
    [`package: x@2\n${RUN.replace('01-31', '02-01')}`, { date: '2026-02-01' }],
  ])("with %j keeps its base's recorded run, while it runs the same", (layer, expected) => {
    const folder = profileFolder({
      'builtin/a.yaml': `egress: []\npackage: x@1\n${RUN}`,
      'user/a.yaml': `extends: a\n${layer}`,
    })
    const { recorded } = loadProfile('a', folder)
    if (expected === null) expect(recorded).toBeNull()
    else expect(recorded).toMatchObject(expected)
  })

  it('may change nothing', () => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA, 'user/exa.yaml': 'extends: exa\n' })
    const plain = profileFolder({ 'builtin/exa.yaml': EXA })
    expect(loadProfile('exa', folder).profile).toEqual(loadProfile('exa', plain).profile)
    expect(loadProfile('exa', folder).digest).toBe(loadProfile('exa', plain).digest)
  })

  it('says when there is no such base', () => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA, 'user/work.yaml': '# work\nextends: exo\n' })
    const error = failure(() => loadProfile('work', folder))
    expect(error.message).toBe(
      `${folder.at('user/work.yaml')}:2:10: extends: there is no built-in profile of that name`,
    )
    expect(error.hint).toBe('did you mean `exa`?')
  })

  it("cannot extend a profile of the user's", () => {
    const folder = profileFolder({ 'user/a.yaml': 'egress: []', 'user/b.yaml': 'extends: a' })
    expect(failure(() => loadProfile('b', folder)).message).toContain('there is no built-in profile')
  })
})

const digest = (text: string): string => loadProfile('./p.yaml', profileFolder({ 'p.yaml': text })).digest

describe('the digest', () => {
  it('is over the meaning, not the text', () => {
    const one = digest('name: p\negress:\n  - host: A.test # here\n')
    expect(digest('egress: [{ports: [443], host: a.test.}]\nmode: enforce\n')).toBe(one)
    expect(digest('name: p\negress:\n  - host: b.test\n')).not.toBe(one)
    expect(digest('name: p\negress:\n  - host: a.test\nmode: monitor')).not.toBe(one)
    for (const line of ['callback-ports: [3334]', 'path-arguments: none', 'image: owner/x:1'])
      expect(digest(`name: p\negress:\n  - host: a.test\n${line}`)).not.toBe(one)
  })

  it('knows nothing of the recorded run', () => {
    const run = 'recorded: {date: 2026-01-31, version: "1", backend: native, hosts: []}'
    expect(digest(`egress: []\n${run}`)).toBe(digest('egress: []'))
  })

  it('is the SHA-256 of the canonical JSON', () => {
    const json =
      '{"alertBackground":false,"args":[],"callbackPorts":[],"command":null,"egress":[],"env":{"pass":[],"set":{}},' +
      '"files":{"read":[],"write":[]},"image":null,"installScripts":[],"knownValues":[],' +
      '"limits":{"cpus":null,"memory":null,"pids":null,"required":false},"minAge":null,"mode":"enforce","name":"p",' +
      '"note":null,"package":null,"pathArguments":"read","publisher":null,"sinks":[],"title":null}'
    const expected = `sha256:${createHash('sha256').update(json).digest('hex')}`
    expect(digest('egress: []')).toBe(expected)
    expect(denyAllProfile('p').digest).toBe(expected)
  })
})

describe('denyAllProfile', () => {
  it.each([
    ['@scope/name', 'scope-name'],
    ['Weird_Name', 'weird_name'],
    ['../../x', 'x'],
    ['', 'server'],
    ['a.yaml', 'a-yaml'],
  ])('%j is %s, and reaches nothing', (text, name) => {
    const { profile, files, recorded } = denyAllProfile(text)
    expect([profile.name, profile.egress, profile.mode, files, recorded]).toEqual([
      name,
      [],
      'enforce',
      [],
      null,
    ])
  })
})
