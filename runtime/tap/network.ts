import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { CONFIGURE, IPV6 } from './configure.ts'
import { waitpid } from './libc.ts'
import { hostLoopbackRules } from './rules.ts'

/** Waits for the shell that configures the network, if one does. Returns whether IPv6 is there. Throws with what the tool said, which only its second try tells. */
export function configureNetwork(shell: number | null): boolean {
  if (shell === null || !succeeded(shell)) run('/bin/sh', ['-c', CONFIGURE])
  return existsSync(IPV6)
}

export function addHostLoopback(ports: readonly number[]): void {
  if (ports.length > 0) run('nft', ['-f', '-'], hostLoopbackRules(ports))
}

function succeeded(child: number): boolean {
  const status = Buffer.alloc(4)
  return waitpid(child, status, 0) === child && status.readInt32LE() === 0
}

function run(program: string, args: readonly string[], input = ''): void {
  const result = spawnSync(program, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
  if (result.error !== undefined) throw new Error(`${program} cannot be run: ${result.error.message}`)
  if (result.status !== 0) {
    throw new Error(
      `${program} failed (${result.status ?? result.signal}): ${result.stderr.trim().slice(0, 2000)}`,
    )
  }
}
