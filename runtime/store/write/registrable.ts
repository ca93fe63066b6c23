import { createRequire } from 'node:module'

/** The group of all addresses that have no name. */
export const ADDRESSES = ''
/** The group of names that have no registrable domain: single labels and public suffixes themselves. */
const NO_DOMAIN = '.'

type GetDomain = (name: string, options: { validateHostname: boolean }) => string | null
let getDomain: GetDomain | undefined

/**
 * The registrable domain of a name, by the public suffix list. Loaded at the first call: 8 ms that only a
 * server with very many names costs.
 */
export function domainOf(name: string): string {
  if (name === '') return ADDRESSES
  getDomain ??= (createRequire(import.meta.url)('tldts') as { getDomain: GetDomain }).getDomain
  return getDomain(name, { validateHostname: false }) ?? NO_DOMAIN
}

/** How the names of one group beyond the bound are shown. */
export function foldedName(domain: string): string {
  return domain === ADDRESSES || domain === NO_DOMAIN ? '*' : `*.${domain}`
}
