import { existsSync } from 'node:fs'
import { CONFIGURE, IPV6 } from './configure.ts'
import { waitpid } from './libc.ts'
import { hostLoopbackRules } from './rules.ts'

/**
 * Waits for the shell that configures the network, if one does. Returns whether IPv6 is there. Throws with what the tool
 * said: for that it is tried once more.
 */
export function configureNetwork(shell: number | null): boolean {
  if (shell === null || !succeeded(shell)) {
    const { status, stderr, error } = run('/bin/sh', ['-c', CONFIGURE])
    if (status !== 0) throw new Error(error?.message ?? stderr.trim().slice(0, 2000))
  }
  return existsSync(IPV6)
}

export function addHostLoopback(ports: readonly number[]): void {
  if (ports.length === 0) return
  const { status, stderr, error } = run('nft', ['-f', '-'], hostLoopbackRules(ports))
  if (status !== 0) throw new Error(`nft failed: ${error?.message ?? stderr.trim().slice(0, 2000)}`)
}

function succeeded(child: number): boolean {
  const status = Buffer.alloc(4)
  return waitpid(child, status, 0) === child && status.readInt32LE() === 0
}

function run(program: string, args: readonly string[], input = '') {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  return spawnSync(program, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}
