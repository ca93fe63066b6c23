/** The group of all addresses that have no name. */
export const ADDRESSES = ''
/** The group of names that have no registrable domain: single labels and public suffixes themselves. */
const NO_DOMAIN = '.'

/**
 * The registrable domain of a name, by the public suffix list: owners that share a private suffix, as under
 * `github.io`, count as one. The list is required late: only a server with very many names costs its 8 ms.
 */
export function domainOf(name: string): string {
  if (name === '') return ADDRESSES
  const tldts: typeof import('tldts') = require('tldts')
  return (
    tldts.getDomain(name, { validateHostname: false, extractHostname: false, detectIp: false }) ?? NO_DOMAIN
  )
}

/** How the names of one group beyond the bound are shown. */
export function foldedName(domain: string): string {
  return domain === ADDRESSES || domain === NO_DOMAIN ? '*' : `*.${domain}`
}
