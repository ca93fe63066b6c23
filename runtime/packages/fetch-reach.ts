import type { EgressRule } from '../model/profile.ts'
import type { ConfigValues } from './npmrc.ts'
import type { Origin } from './origin.ts'
import { registryRule } from './registry.ts'

/** By the profile: blocks outside public space that a host may resolve to, on that port. */
export type BlocksOf = (host: string, port: number) => readonly string[]

/**
 * The host that the person named, at its port, and no other. An address, or this machine's own loopback, is reached as
 * they wrote it. A name may be anybody's, and lead into their own network: it does so only where their npm configuration
 * has that host as well, or their profile says where it lies.
 */
export function reachOf(
  { kind, address }: Origin,
  { settings, blocksOf }: { readonly settings: ConfigValues; readonly blocksOf: BlocksOf },
): EgressRule {
  const rule = registryRule(address)
  if (rule === null) throw new Error('its address was read')
  const purpose = kind === 'git' ? 'repository of a package' : 'archive of a package'
  if (rule.kind !== 'host' || configuredHosts(settings).has(rule.host)) return { ...rule, purpose }
  return { ...rule, resolves: rule.ports.flatMap((port) => blocksOf(rule.host, port)), purpose }
}

/** Registries, and hosts that npm has credentials or certificates for (`//HOST/:…`). */
function configuredHosts(settings: ConfigValues): ReadonlySet<string> {
  const addresses = Object.entries(settings).flatMap(([key, value]) => {
    if (key.startsWith('//')) return [`https:${key.replace(/:[^:/]*$/, '')}`]
    return /^(@[^:]+:)?registry$/.test(key) ? [String(value)] : []
  })
  const rules = addresses.map(registryRule)
  return new Set(rules.flatMap((rule) => (rule?.kind === 'host' ? [rule.host] : [])))
}
