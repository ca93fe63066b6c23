import { normaliseName } from '../model/name.ts'
import { canonicalAddress } from './address-bytes.ts'
import { type Cidr, inCidr, parseCidr } from './cidr.ts'

/** One word of NO_PROXY. */
export interface NoProxyEntry {
  readonly hosts: HostPattern
  /** Null: every port. */
  readonly port: number | null
}

type HostPattern =
  | { readonly kind: 'all' }
  /** The name itself and every one below it. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'block'; readonly block: Cidr }

/**
 * NO_PROXY as curl and Go read it: words with commas or spaces between them, each `*`, a name (with or without
 * `.` or `*.` before it), an address, a block, each with a port or without. What is none of these is passed over.
 */
export function parseNoProxy(text: string): readonly NoProxyEntry[] {
  return text.split(/[\s,]+/).flatMap((word) => {
    const whole = hostPattern(word)
    if (whole !== null) return { hosts: whole, port: null }
    const parts = /^(.+):(\d{1,5})$/.exec(word)
    const hosts = hostPattern(parts?.[1] ?? '')
    return hosts === null ? [] : { hosts, port: Number(parts?.[2]) }
  })
}

/**
 * Whether a host (normalised name or canonical address) is listed. Without a port only entries without one count.
 * Addresses are compared with addresses alone: no name is resolved for it.
 */
export function isListed(entries: readonly NoProxyEntry[], host: string, port: number | null): boolean {
  return entries.some((entry) => (entry.port === null || entry.port === port) && holds(entry.hosts, host))
}

function hostPattern(word: string): HostPattern | null {
  if (word === '*') return { kind: 'all' }
  const block = parseCidr(word)
  if (block !== null) return { kind: 'block', block }
  const address = canonicalAddress(word.replace(/^\[(.+)\]$/, '$1'))
  if (address !== null) return { kind: 'address', address }
  const name = normaliseName(word.replace(/^\*?\./, ''))
  return name === null ? null : { kind: 'name', name }
}

function holds(pattern: HostPattern, host: string): boolean {
  switch (pattern.kind) {
    case 'all':
      return true
    case 'name':
      return host === pattern.name || host.endsWith(`.${pattern.name}`)
    case 'address':
      return host === pattern.address
    case 'block':
      return inCidr(host, pattern.block)
  }
}
