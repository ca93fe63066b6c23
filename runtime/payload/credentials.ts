/** What header fields and parameters hold as whom a request speaks. */

/** Of an authentication header: what was given, without its scheme. Computed signatures are none. */
export function credentialsOf(header: string): readonly string[] {
  const [, scheme = '', rest = ''] = /^([A-Za-z][\w-]*)\s+(.*)$/s.exec(header.trim()) ?? []
  if (scheme === '') return [header.trim()].filter((value) => value !== '')
  const name = scheme.toLowerCase()
  if (name === 'basic') return basicParts(rest)
  if (COMPUTED.has(name)) return []
  const wanted = GIVEN_PARTS[name]
  if (wanted !== undefined) return [...rest.matchAll(wanted)].map(([, value = '']) => value)
  return [rest.trim()]
}

/** Whether a header field's or a query parameter's name says that it holds one. */
export function isCredentialName(name: string): boolean {
  return CREDENTIAL.test(name) && !NO_CREDENTIAL.test(name)
}

/** Whether a parameter's value is long enough to be one: `key` is also what issues and rows have. */
export function isCredentialParameter(name: string, value: string): boolean {
  const least = /^(?:key|token|auth|sig)$/i.test(name) ? MIN_PLAIN : MIN_NAMED
  return isCredentialName(name) && value.length >= least
}

const MIN_PLAIN = 16
const MIN_NAMED = 6
const CREDENTIAL =
  /(?:^|[-_.])(?:authorization|authentication|api[-_]?key|apikey|app[-_]?key|token|key|secret|password|passwd|auth|credentials?)$|(?:access|api|auth|bearer|client|private|service)(?:Token|Key|Secret)$|^(?:accesstoken|authtoken)$/i
/** Names of what a client or a service makes up itself. */
const NO_CREDENTIAL =
  /(?:page|next|prev|previous|continuation|sync|delta|skip|cursor|csrf|xsrf|request|idempotency|dedup|deduplication|cache|surrogate|partition|routing|sort|row|range|public|issue|project|object|group|websocket|trace|change|resume|upload|start)[-_.]?(?:token|key)$/i

/** Nothing of theirs was given to the server as it stands. */
const COMPUTED = new Set(['negotiate', 'ntlm', 'sharedaccesssignature', 'scram-sha-256', 'dpop'])

/** Of schemes that sign, the part that names the key. */
const GIVEN_PARTS: Readonly<Record<string, RegExp>> = {
  'aws4-hmac-sha256': /\bCredential=([^/,\s]+)/g,
  'aws4-ecdsa-p256-sha256': /\bCredential=([^/,\s]+)/g,
  aws: /^([^:\s]+):/g,
  digest: /\busername="?([^",]+)/g,
  signature: /\bkeyId="?([^",]+)/gi,
  hawk: /\bid="?([^",]+)/g,
  hmac: /\b(?:username|keyId|id)="?([^",]+)/g,
  oauth: /\b(?:oauth_consumer_key|oauth_token)="?([^",]+)/g,
  sharedkey: /^([^:\s]+):/g,
  sharedkeylite: /^([^:\s]+):/g,
  sentry: /\bsentry_key=([^,\s]+)/g,
  'tc3-hmac-sha256': /\bCredential=([^/,\s]+)/g,
}

/** User and password; a user that only fills the place (`api`, `x-token-auth`) is none. */
function basicParts(encoded: string): readonly string[] {
  const text = Buffer.from(encoded.trim(), 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return text === '' ? [] : [text]
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)]
  const meant = [FILLER.test(user) ? '' : user, FILLER.test(password) ? '' : password]
  return meant.filter((part) => part !== '')
}

const FILLER =
  /^(?:|x|api|apikey|api_key|key|user|username|token|bearer|oauth2?|anystring|any|git|x-access-token|x-token-auth|x-oauth-basic|unused|password)$/i
