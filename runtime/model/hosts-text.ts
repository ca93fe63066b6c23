import { isIP } from 'node:net'

/** hosts(5): addresses by name, in small letters. */
export function parseHosts(text: string): ReadonlyMap<string, readonly string[]> {
  const entries = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const [address, ...names] = (line.split('#')[0] ?? '').trim().split(/\s+/)
    if (address === undefined || isIP(address) === 0) continue
    for (const name of names) {
      const key = name.toLowerCase()
      entries.set(key, [...(entries.get(key) ?? []), address])
    }
  }
  return entries
}
