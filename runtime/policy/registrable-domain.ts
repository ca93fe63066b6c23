/**
 * The part of a name that somebody registered, by the Public Suffix List with its private section: `giftshop.club`
 * of `mail.giftshop.club`, `x.workers.dev` of `a.x.workers.dev`. The name itself where there is no such part.
 */
export function registrableDomain(name: string): string {
  return tldts().getDomain(name, OPTIONS) ?? name
}

const OPTIONS = {
  allowPrivateDomains: true,
  extractHostname: false,
  validateHostname: false,
  detectIp: false,
}

/** Required late: the list takes a while to unpack, and most sessions have no alert. */
function tldts(): typeof import('tldts') {
  return require('tldts')
}
