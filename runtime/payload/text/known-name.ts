import { remembered } from '../../model/remembered.ts'

/** `listed`: its last labels are a public suffix (ICANN's or private). `reserved`: for tests and inner networks. */
export type NameKind = 'listed' | 'reserved' | 'unknown'

/** Of a normalised name. A public suffix by itself is no name of anybody's: unknown. */
export const nameKind = remembered(
  (name): NameKind => {
    const last = name.slice(name.lastIndexOf('.') + 1)
    if (RESERVED.has(last)) return name.includes('.') ? 'reserved' : 'unknown'
    const { isIcann, isPrivate, domain } = tldts().parse(name, OPTIONS)
    return domain !== null && (isIcann || isPrivate) ? 'listed' : 'unknown'
  },
  { most: 1024, longest: 255 },
)

/**
 * Whether a name that stands in free text without a scheme is hardly code or a file: `index.js`, `this.name` and
 * `README.md` end in top-level domains too.
 */
export function isSureName(name: string): boolean {
  if (!hasSureShape(name) || IDENTIFIERS.has(name)) return false
  if (name.startsWith('www.')) return nameKind(name) === 'listed'
  const { isIcann, isPrivate, publicSuffix, domain } = tldts().parse(name, OPTIONS)
  if (domain === null || !(isIcann || isPrivate)) return false
  return SURE_ENDS.has(name.slice(name.lastIndexOf('.') + 1)) || (publicSuffix ?? '').includes('.')
}

/** What is cheap to see of it, in small letters, normalised or not: most of what has a dot in it is out. */
export function hasSureShape(name: string): boolean {
  const first = name.indexOf('.')
  const last = name.lastIndexOf('.')
  if (first < 0 || CODE_WORDS.has(name.slice(0, first))) return false
  return last > first || SURE_ENDS.has(name.slice(last + 1))
}

/** Names that documents and schemas hold as identifiers, and addresses that lead nowhere (RFC 2606). */
export function isMereIdentifier(host: string, path: string): boolean {
  if (IDENTIFIERS.has(host)) return true
  return SCOPES.some(([scopeHost, prefix]) => host === scopeHost && path.startsWith(prefix))
}

/** RFC 2606, 6761, 6762, 7686 and 9476, `internal` by ICANN, and what inner networks use without asking. */
const RESERVED = new Set(
  'test example invalid localhost local internal onion alt arpa lan corp home intranet private'.split(' '),
)

/** No file ends so, and no member of an object is called so. */
const SURE_ENDS = new Set('com net org edu gov mil biz club xyz icu vip website online'.split(' '))

const CODE_WORDS = new Set(
  'this self super window document module exports model global globals system asp vb java javax android'.split(
    ' ',
  ),
)

const IDENTIFIERS = new Set(
  (
    'json-schema.org schema.org www.schema.org w3.org www.w3.org xmlns.com purl.org ogp.me ns.adobe.com ' +
    'type.googleapis.com yaml.org schemas.xmlsoap.org schemas.microsoft.com schemas.openxmlformats.org schemas.android.com ' +
    'example.com www.example.com example.net www.example.net example.org www.example.org'
  ).split(' '),
)

/** OAuth scopes that are written as URLs. */
const SCOPES: readonly (readonly [host: string, path: string])[] = [
  ['www.googleapis.com', '/auth/'],
  ['mail.google.com', '/'],
  ['graph.microsoft.com', '/.default'],
  ['graph.microsoft.com', '/User.'],
  ['graph.microsoft.com', '/Mail.'],
  ['outlook.office.com', '/'],
  ['outlook.office365.com', '/'],
  ['management.azure.com', '/.default'],
  ['api.ebay.com', '/oauth/'],
]

const OPTIONS = {
  allowPrivateDomains: true,
  extractHostname: false,
  validateHostname: false,
  detectIp: false,
}

/** Required late: the list takes a while to unpack. */
function tldts(): typeof import('tldts') {
  return require('tldts')
}
