/** Whether a registry sells names directly under it: `com`, `co.uk` (the Public Suffix List's first section). */
export function isPublicSuffix(name: string): boolean {
  const options = {
    allowPrivateDomains: false,
    extractHostname: false,
    validateHostname: false,
    detectIp: false,
  }
  // Required late: few profiles have a wildcard, and unpacking the list takes a while.
  const tldts: typeof import('tldts') = require('tldts')
  const found = tldts.parse(`x.${name}`, options)
  return found.isIcann === true && found.publicSuffix === name
}
