import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'mcp-run-limits-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Outside the small internet, whose namespaces hide the control groups. */
function run(limits: string): { readonly stderr: string } {
  const profile = join(folder, 'limited.yaml')
  writeFileSync(
    profile,
    `command: [sh, -c, 'for n in $(seq 60); do sleep 1 & done; wait']\negress: []\nlimits: ${limits}\n`,
  )
  const args = ['--sandbox', 'native', '--profile', profile, '--store', join(folder, 'store')]
  return spawnSync(join(ROOT, 'bin', 'mcp-run'), args, { input: '', encoding: 'utf8' })
}

test('a limit holds, or is said not to be enforced', () => {
  const { stderr } = run('{ pids: 50 }')
  const enforced = /\[limited\] .*fork/i.test(stderr)
  const said = /the pids limit is not enforced/.test(stderr)
  expect(enforced).not.toBe(said)
})

test('what a killed session left is removed by the next one', () => {
  const parent = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((path) => existsSync(path)) ?? ''
  // The number of no process: above the kernel's highest.
  const left = join(parent, 'mcp-run-99999999')
  mkdirSync(left)
  run('{ pids: 50 }')
  expect(existsSync(left)).toBe(false)
})
