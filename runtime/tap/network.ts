import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { hostLoopbackRules, links, PACKET_FILTER } from './rules.ts'

/** Addresses, routes and rules of this process's network namespace. Returns whether IPv6 is there. Throws with what the tool said. */
export function configureNetwork(): boolean {
  const ipv6 = enableIpv6()
  run('ip', ['-batch', '-'], links(ipv6))
  run('nft', ['-f', '-'], PACKET_FILTER)
  return ipv6
}

export function addHostLoopback(ports: readonly number[]): void {
  if (ports.length > 0) run('nft', ['-f', '-'], hostLoopbackRules(ports))
}

/** Hardened hosts switch IPv6 off in new namespaces; captured it must be all the same. A container's engine has seen to it. */
function enableIpv6(): boolean {
  const conf = '/proc/sys/net/ipv6/conf'
  if (!existsSync(conf)) return false
  for (const device of ['all', 'default', 'lo']) {
    const file = `${conf}/${device}/disable_ipv6`
    if (readFileSync(file, 'latin1').trim() !== '0') writeFileSync(file, '0')
  }
  return true
}

function run(program: string, args: readonly string[], input: string): void {
  const result = spawnSync(program, args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
  if (result.error !== undefined) throw new Error(`${program} cannot be run: ${result.error.message}`)
  if (result.status !== 0) {
    throw new Error(
      `${program} failed (${result.status ?? result.signal}): ${result.stderr.trim().slice(0, 2000)}`,
    )
  }
}
