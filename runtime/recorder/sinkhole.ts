/**
 * Addresses for names that are not resolved: the server that dials one is seen, with the name that it dials.
 * IPv4 from the benchmarking block (RFC 2544), IPv6 from one unique local prefix (RFC 4193).
 */
const IPV4_BASE = (198 << 24) | (18 << 16)
const IPV6_PREFIX = 'fd6d:6370:7275:6e00::'
/** The block holds 131,072; at the end the oldest names lose theirs. */
const CAPACITY = 65_535

export interface Sinkhole {
  addressFor(name: string, family: 4 | 6): string
  nameOf(address: string): string | null
}

export function createSinkhole(): Sinkhole {
  const indexOf = new Map<string, number>()
  const names: string[] = []
  let next = 0
  const index = (name: string): number => {
    const known = indexOf.get(name)
    if (known !== undefined) return known
    const slot = next++ % CAPACITY
    const previous = names[slot]
    if (previous !== undefined) indexOf.delete(previous)
    names[slot] = name
    indexOf.set(name, slot)
    return slot
  }
  return {
    addressFor: (name, family) => {
      const host = index(name) + 1
      return family === 4 ? ipv4(host) : `${IPV6_PREFIX}${host.toString(16)}`
    },
    nameOf: (address) => {
      const host = hostPart(address)
      return host === null ? null : (names[host - 1] ?? null)
    },
  }
}

function ipv4(host: number): string {
  const value = IPV4_BASE + host
  return [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff].join('.')
}

function hostPart(address: string): number | null {
  if (address.startsWith(IPV6_PREFIX)) return Number.parseInt(address.slice(IPV6_PREFIX.length), 16)
  const [a, b, c, d] = address.split('.').map(Number)
  if (a !== 198 || b !== 18 || c === undefined || d === undefined) return null
  return (c << 8) | d
}
