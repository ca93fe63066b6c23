import { classifyAddress } from './address-class.ts'
import { isListed, type NoProxyEntry } from './no-proxy.ts'

/** By which names clouds serve instance metadata: resolved and judged by us, since a proxy would just go there. */
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
])

/** For a proxy these would be its own neighbours, not ours. */
const OURS_ALONE: ReadonlySet<string> = new Set([
  'loopback',
  'unspecified',
  'link-local',
  'multicast',
  'metadata',
])

/**
 * Whether a proxy carries connections to a host (normalised name or canonical address), which it resolves too. The
 * port is null where it is not known yet. All is carried but what NO_PROXY lists and what means this very machine.
 */
export function byProxy(noProxy: readonly NoProxyEntry[], host: string, port: number | null): boolean {
  if (isListed(noProxy, host, port)) return false
  if (isAddress(host)) return !OURS_ALONE.has(classifyAddress(host))
  return host !== 'localhost' && !host.endsWith('.localhost') && !METADATA_NAMES.has(host)
}

/** A normalised name never ends in a number. */
function isAddress(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host)
}
