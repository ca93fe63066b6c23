import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'

const HOSTS = '/etc/hosts'

/** hosts(5) of the host, read again when it changes. */
export function createHostsFile(path: string = HOSTS): { lookup(name: string): readonly string[] } {
  let entries: ReadonlyMap<string, readonly string[]> = new Map()
  let stamp = Number.NaN
  return {
    lookup: (name) => {
      const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
      if (changed !== stamp) {
        entries = changed === 0 ? new Map() : parseHosts(readFileSync(path, 'utf8'))
        stamp = changed
      }
      return entries.get(name) ?? []
    },
  }
}

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
