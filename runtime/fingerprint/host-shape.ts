import type { Destination } from '../model/destination.ts'
import type { FlowProtocol } from '../model/flow.ts'

/** The name's labels from its end, or an address; then port and protocol. */
export function hostSegments(
  { name, address, port, transport }: Destination,
  protocol: FlowProtocol | null,
): readonly string[] {
  const read = protocol === 'tls' || protocol === 'http' ? protocol : transport
  const last = `${port}/${read}`
  if (name === null) return [ADDRESS, address ?? 'unknown', last]
  return [...name.split('.').reverse().slice(0, MAX_LABELS), last]
}

/** `api.exa.ai:443/tls`; `*.exa.ai:443/tls` for names that vary without bound. */
export function hostName(segments: readonly string[]): string {
  const [first = '', second = ''] = segments
  const last = segments.at(-1) ?? ''
  if (first === ADDRESS) return `${second.includes(':') ? `[${second}]` : second}:${last}`
  return `${segments.slice(0, -1).reverse().join('.')}:${last}`
}

/** The reverse, of a name that was kept. */
export function hostOfName(name: string): readonly string[] {
  const colon = name.lastIndexOf(':')
  const [host, last] = [name.slice(0, colon), name.slice(colon + 1)]
  if (/^[\d.]+$|:/.test(host)) return [ADDRESS, host.replace(/^\[|\]$/g, ''), last]
  return [...host.split('.').reverse(), last]
}

/** Where requests go, as their kinds name it. */
export function placeOf({ name, address, port }: Pick<Destination, 'name' | 'address' | 'port'>): string {
  const host = name ?? (address?.includes(':') ? `[${address}]` : (address ?? 'unknown'))
  return `${host}:${port}`
}

const ADDRESS = '(address)'
const MAX_LABELS = 10
