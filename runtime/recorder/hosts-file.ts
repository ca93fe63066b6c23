import { readFileSync, statSync } from 'node:fs'
import { parseHosts } from '../model/hosts-text.ts'

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
