import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { compileProfiles } from '../../../profiles/compile.ts'
import { loadProfile } from '../../../profiles/load.ts'
import { profileNames } from '../../../profiles/profile-folders.ts'
import { placeOf } from '../../../profiles/profile-source.ts'
import { BUILTIN, profileFolder } from './profile-folder.ts'

const options = { userDir: '/nonexistent', builtinDir: BUILTIN, cwd: '/' }
/** What each declares, and what else it was seen to ask for. */
const TABLE: Readonly<
  Record<string, { readonly hosts: readonly string[]; readonly denied?: readonly string[] }>
> = {
  'brave-search': { hosts: ['api.search.brave.com'] },
  'chrome-devtools': { hosts: [] },
  context7: { hosts: ['context7.com'] },
  'desktop-commander': {
    hosts: [],
    denied: [
      'dc-telemetry-proxy-83847352264.europe-west1.run.app',
      'desktopcommander.app',
      'googlechromelabs.github.io',
      'telemetry.desktopcommander.app',
    ],
  },
  everything: { hosts: ['raw.githubusercontent.com'] },
  exa: { hosts: ['api.exa.ai'], denied: ['api.agnost.ai'] },
  figma: { hosts: ['api.figma.com'], denied: ['us.i.posthog.com'] },
  filesystem: { hosts: [] },
  firecrawl: { hosts: ['api.firecrawl.dev'] },
  github: { hosts: ['api.github.com'] },
  'google-maps': { hosts: ['maps.googleapis.com'] },
  memory: { hosts: [] },
  mongodb: { hosts: [], denied: ['cloud.mongodb.com', 'db.example.com'] },
  notion: { hosts: ['api.notion.com'] },
  perplexity: { hosts: ['api.perplexity.ai'] },
  playwright: { hosts: [] },
  postgres: { hosts: [], denied: ['db.example.com'] },
  postmark: { hosts: ['api.postmarkapp.com'] },
  sentry: { hosts: ['sentry.io'] },
  'sequential-thinking': { hosts: [] },
  slack: { hosts: ['slack.com'] },
  tavily: { hosts: ['api.tavily.com'] },
}

it('the built-in profiles are these', () => {
  expect(profileNames(BUILTIN)).toEqual(Object.keys(TABLE))
})

describe.each(Object.entries(TABLE))('%s', (name, { hosts, denied = [] }) => {
  const { profile, recorded } = loadProfile(name, options)

  it('declares what the server was seen to need, and nothing else', () => {
    expect(profile).toMatchObject({
      ...{ name, image: null, command: null, mode: 'enforce', callbackPorts: [] },
      ...{ title: expect.any(String), publisher: expect.any(String), files: { read: [], write: [] } },
    })
    expect(profile.egress.map(placeOf)).toEqual(hosts)
    for (const rule of profile.egress) {
      expect(rule).toMatchObject({ kind: 'host', ports: [443], protocol: 'tls', purpose: expect.any(String) })
    }
  })

  it('was recorded, with dummy values that it hands on', () => {
    expect(recorded?.version).toBe(profile.package?.version)
    expect(recorded?.hosts).toEqual([...hosts, ...denied].sort())
    expect(profile.env.pass).toEqual(expect.arrayContaining(Object.keys(recorded?.env ?? {})))
    for (const value of [...Object.values(recorded?.env ?? {}), ...(recorded?.args ?? [])])
      expect(value).toMatch(/not-a-|example|^outbound$|^T0$|^\$\{CWD\}$/)
  })

  it('names in a comment what it does not declare', () => {
    const text = readFileSync(join(BUILTIN, `${name}.yaml`), 'utf8')
    const comment = text.match(/^#.*$/gm)?.join('\n') ?? ''
    for (const host of denied) expect(comment).toContain(host)
  })
})

it.each([
  ['chrome-devtools', 'CHROME_DEVTOOLS_MCP_NO_USAGE_STATISTICS'],
  ['desktop-commander', 'DESKTOP_COMMANDER_DISABLE_TELEMETRY'],
  ['figma', 'FRAMELINK_TELEMETRY'],
  ['mongodb', 'MDB_MCP_TELEMETRY'],
])('%s: what turns its statistics off, %s, reaches it', (name, variable) => {
  expect(loadProfile(name, options).profile.env.pass).toContain(variable)
  expect(readFileSync(join(BUILTIN, `${name}.yaml`), 'utf8')).toContain(`${variable}=`)
})

it('memory keeps its file in HOME; filesystem may write what its arguments name; postmark says how it is run', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the profile's own placeholder
  expect(loadProfile('memory', options).profile.env.set).toEqual({ MEMORY_FILE_PATH: '${HOME}/memory.jsonl' })
  expect(loadProfile('filesystem', options).profile.pathArguments).toBe('write')
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
    for (const name of Object.keys(TABLE))
      expect(loadProfile(name, compiled)).toEqual(loadProfile(name, options))
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
