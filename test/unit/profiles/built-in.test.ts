import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileProfiles } from '../../../profiles/compile.ts'
import { loadProfile } from '../../../profiles/load.ts'
import { profileNames } from '../../../profiles/profile-folders.ts'
import { placeOf } from '../../../profiles/profile-source.ts'
import { BUILTIN, profileFolder } from './profile-folder.ts'

const options = { userDir: '/nonexistent', builtinDir: BUILTIN, cwd: '/' }
const MCP = '@modelcontextprotocol/server-'

/** Name, package, variables handed on, destinations. */
const TABLE: readonly [string, string, readonly string[], readonly string[]][] = [
  [
    'everything',
    `${MCP}everything@2026.8.31`,
    ['GZIP_MAX_FETCH_SIZE', 'GZIP_MAX_FETCH_TIME_MILLIS', 'GZIP_ALLOWED_DOMAINS'],
    ['raw.githubusercontent.com'],
  ],
  ['exa', 'exa-mcp-server@3.4.1', ['EXA_API_KEY', 'ENABLED_TOOLS', 'DEBUG'], ['api.exa.ai']],
  ['filesystem', `${MCP}filesystem@2026.8.31`, [], []],
  ['github', `${MCP}github@2025.4.8`, ['GITHUB_PERSONAL_ACCESS_TOKEN'], ['api.github.com']],
  ['memory', `${MCP}memory@2026.8.31`, [], []],
  [
    'postmark',
    '@activecampaign/postmark-mcp@1.0.0',
    ['POSTMARK_SERVER_TOKEN', 'DEFAULT_SENDER_EMAIL', 'DEFAULT_MESSAGE_STREAM'],
    ['api.postmarkapp.com'],
  ],
  ['sequential-thinking', `${MCP}sequential-thinking@2026.8.31`, ['DISABLE_THOUGHT_LOGGING'], []],
]

it('the built-in profiles are these', () => {
  expect(profileNames(BUILTIN)).toEqual(TABLE.map(([name]) => name))
})

describe.each(TABLE)('%s', (name, label, pass, hosts) => {
  const { profile } = loadProfile(name, options)

  it('declares what the server was seen to need, and nothing else', () => {
    expect(profile).toMatchObject({
      name,
      command: null,
      args: [],
      mode: 'enforce',
      files: { read: [], write: [] },
    })
    expect(`${profile.package?.name}@${profile.package?.version}`).toBe(label)
    expect(profile.env.pass).toEqual(pass)
    expect(profile.egress.map(placeOf)).toEqual(hosts)
    for (const rule of profile.egress) {
      expect(rule).toMatchObject({ kind: 'host', ports: [443], protocol: 'tls', purpose: expect.any(String) })
    }
  })

  it('names the run that it was recorded from, with each of its hosts', () => {
    const text = readFileSync(join(BUILTIN, `${name}.yaml`), 'utf8')
    const [, version] = label.split(/@(?=\d)/)
    expect(text).toMatch(/^# Recorded run: \d{4}-\d\d-\d\d, /)
    expect(text.slice(0, text.indexOf('\n'))).toContain(version)
    const seen = /^# Hosts seen: (.*)$/m.exec(text)?.[1]
    if (hosts.length === 0) expect(seen).toBe('none.')
    for (const host of hosts) expect(seen).toContain(host)
  })
})

it('telemetry is named, and not declared', () => {
  expect(readFileSync(join(BUILTIN, 'exa.yaml'), 'utf8')).toContain('api.agnost.ai')
})

it('memory keeps its file in HOME; postmark says how it is run', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the profile's own placeholder
  expect(loadProfile('memory', options).profile.env.set).toEqual({ MEMORY_FILE_PATH: '${HOME}/memory.jsonl' })
  expect(loadProfile('postmark', options).profile.note).toContain(
    'mcp-run --profile postmark -- node ./index.js',
  )
})

describe('compiled ahead', () => {
  it('they are the same, with and without a layer', () => {
    const folder = profileFolder({
      'profiles.json': compileProfiles(BUILTIN),
      'user/exa.yaml': 'extends: exa\ntitle: x',
    })
    const compiled = { ...options, compiled: folder.at('profiles.json') }
    for (const [name] of TABLE) expect(loadProfile(name, compiled)).toEqual(loadProfile(name, options))
    const layered = { userDir: folder.userDir }
    expect(loadProfile('exa', { ...compiled, ...layered })).toEqual(
      loadProfile('exa', { ...options, ...layered }),
    )
  })

  it('one whose text was changed since is read again', () => {
    const folder = profileFolder({ 'builtin/a.yaml': 'egress: [{host: old.test}]' })
    const compiled = { ...folder, compiled: folder.at('profiles.json') }
    writeFileSync(compiled.compiled, compileProfiles(folder.builtinDir))
    writeFileSync(folder.at('builtin/a.yaml'), 'egress: [{host: new.test}]')
    expect(loadProfile('a', compiled).profile.egress).toMatchObject([{ host: 'new.test' }])
  })

  it.each(['', '{', 'null', '[]', '{"a": null}'])('a file that holds %j costs time only', (text) => {
    const folder = profileFolder({ 'builtin/a.yaml': 'egress: []', 'profiles.json': text })
    expect(loadProfile('a', { ...folder, compiled: folder.at('profiles.json') }).profile.name).toBe('a')
  })
})
