import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cli, text, upgradePlace } from '../fixtures/upgrade/place.ts'

const { here, server, run, pinned, started, pinFirst } = upgradePlace()

it('file names and texts that a terminal would act on are shown as what they are', async () => {
  const { name } = here()
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
  const { registry, mcp, name } = here()
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
  const { internet, mcp, name } = here()
  await pinFirst(server('1.1.0'))
  const { argv, options } = mcp.command(['upgrade', name])
  const words = argv.map((word) => `'${word}'`).join(' ')
  const at = ['script', '-qec', words, '/dev/null']
  const result = await internet.run(at, { ...options, input: `${answer}\n`, timeoutMs: 55_000 })
  expect(result.stdout.toString()).toContain(`Take ${name}@1.1.0 in the place of 1.0.0? [y/N]`)
  expect([result.code, (await pinned()).version]).toEqual([code, version])
})
