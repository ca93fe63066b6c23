import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const BIN = fileURLToPath(new URL('../../bin/mcp-run', import.meta.url))
const root = realpathSync(mkdtempSync(join(tmpdir(), 'bin-')))
const INSTALLED = 'lib/node_modules/mcp-run/bin/mcp-run'
beforeAll(() => {
  for (const folder of ['bin', 'other', 'third', dirname(INSTALLED)])
    mkdirSync(join(root, folder), { recursive: true })
  cpSync(BIN, join(root, INSTALLED))
  // As npm puts it into a PATH, and a person into another.
  symlinkSync(`../${INSTALLED}`, join(root, 'bin/mcp-run'))
  symlinkSync(join(root, 'bin/mcp-run'), join(root, 'other/mcp-run'))
  node('bin', 'of npm')
  node('third', 'of the PATH')
})
afterAll(() => rmSync(root, { recursive: true }))

function node(folder: string, says: string): void {
  writeFileSync(join(root, folder, 'node'), `#!/bin/sh\necho ${says} "$@"\n`, { mode: 0o755 })
}

const run = (program: string, path: string) => {
  const { stdout, stderr } = spawnSync(join(root, program), ['a b'], {
    encoding: 'utf8',
    env: { PATH: path },
  })
  return `${stdout}${stderr}`.trim().replace(/\/[^ ]*\/\.\.\//, `${root}/`)
}

it.each([
  ['npm’s link, without a node in the PATH', 'bin/mcp-run', '/usr/bin:/bin', 'of npm'],
  ['npm’s link, whatever node the PATH has', 'bin/mcp-run', `${join(root, 'third')}:/bin`, 'of npm'],
  ['a link to that', 'other/mcp-run', `${join(root, 'third')}:/bin`, 'of the PATH'],
  ['the file itself', INSTALLED, `${join(root, 'third')}:/bin`, 'of the PATH'],
])('starts by %s', (_, program, path, says) => {
  expect(run(program, path)).toBe(`${says} ${root}/lib/node_modules/mcp-run/dist/start.cjs a b`)
})

it.each([
  ['bin/mcp-run', dirname(dirname(INSTALLED))],
  ['./mcp-run', dirname(INSTALLED)],
])('starts by %s in its own folders', (program, folder) => {
  const env = { PATH: `${join(root, 'third')}:/bin` }
  const { stdout } = spawnSync(program, ['a b'], { encoding: 'utf8', env, cwd: join(root, folder) })
  expect(stdout).toBe(`of the PATH ${root}/lib/node_modules/mcp-run/dist/start.cjs a b\n`)
})

it('says that there is no node where there is none', () => {
  expect(run('other/mcp-run', '/nowhere')).toMatch(/not found/)
})
