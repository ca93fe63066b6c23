import { lookup } from 'node:dns'
import { canonicalAddress } from '../policy/address.ts'
import { createHostsFile } from './hosts-file.ts'

/** How long an answer is used again: short, since the host's own resolver caches too. */
export const ANSWER_TTL_S = 30

export type Resolved =
  | { readonly ok: true; readonly addresses: readonly string[] }
  /** `missing`: the name has no address; `failed`: no resolver could say. */
  | { readonly ok: false; readonly problem: 'missing' | 'failed' }

/** Names to addresses as the host resolves them: its hosts file, then whatever its name service is set to. */
export interface Resolver {
  addresses(name: string): Promise<Resolved>
  /** Whether the answer is at hand: nobody would be asked. */
  knows(name: string): boolean
}

/**
 * What is asked when `over` is aborted counts as failed: nothing can call a look-up of the host back. The host's
 * search list is for names that the user wrote, never for a server's.
 */
export function createResolver(
  clock: () => number,
  over: AbortSignal,
  { searchList = false }: { readonly searchList?: boolean } = {},
): Resolver {
  const hosts = createHostsFile()
  const answers = new Map<string, { readonly until: number; readonly resolved: Promise<Resolved> }>()
  return {
    knows: (name) => hosts.lookup(name).length > 0 || (answers.get(name)?.until ?? 0) > clock(),
    addresses: (name) => {
      const listed = hosts.lookup(name)
      if (listed.length > 0) return Promise.resolve({ ok: true, addresses: canonical(listed) })
      const now = clock()
      const known = answers.get(name)
      if (known !== undefined && known.until > now) return known.resolved
      for (const [key, { until }] of answers) if (until <= now) answers.delete(key)
      const resolved = ask(searchList ? name : `${name}.`, over)
      answers.set(name, { until: now + ANSWER_TTL_S * 1000, resolved })
      return resolved
    },
  }
}

/** A trailing dot keeps the host's search list out: the name means itself alone. */
function ask(name: string, over: AbortSignal): Promise<Resolved> {
  return new Promise((resolve) => {
    const onOver = (): void => resolve({ ok: false, problem: 'failed' })
    if (over.aborted) {
      onOver()
      return
    }
    over.addEventListener('abort', onOver, { once: true })
    lookup(name, { all: true, verbatim: true }, (error, addresses) => {
      over.removeEventListener('abort', onOver)
      if (error === null) resolve({ ok: true, addresses: canonical(addresses.map(({ address }) => address)) })
      else resolve({ ok: false, problem: error.code === 'ENOTFOUND' ? 'missing' : 'failed' })
    })
  })
}

function canonical(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses.map((address) => canonicalAddress(address) ?? address))]
}
