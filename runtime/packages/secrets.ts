import type { ConfigValues } from './npmrc.ts'

const SECRET_KEY = /(^|:)(_auth|_authToken|_password|otp)$/i
/** Shorter ones would blot out ordinary words. */
const MIN_LENGTH = 4

/** What of a configuration must never be shown: tokens, passwords (npm keeps them in base64), URLs' own. */
export function secretsOf(values: ConfigValues): readonly string[] {
  const secrets = new Set<string>()
  for (const [key, value] of Object.entries(values)) {
    if (typeof value !== 'string') continue
    if (SECRET_KEY.test(key)) {
      const decoded = Buffer.from(value, 'base64').toString('utf8')
      for (const part of [value, decoded, decoded.split(':').slice(1).join(':')]) secrets.add(part)
    }
    const password = /^[a-z]+:\/\/[^/@]*:([^/@]+)@/i.exec(value)?.[1]
    if (password !== undefined) secrets.add(password)
  }
  return [...secrets].filter((secret) => secret.length >= MIN_LENGTH).sort((a, b) => b.length - a.length)
}

/** The text with those secrets, and whatever has the form of a credential, taken out. */
export function redact(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of secrets) clean = clean.replaceAll(secret, '***')
  return clean
    .replace(/npm_[A-Za-z0-9]{36,}/g, '***')
    .replace(/(\b[a-z][a-z+.-]*:\/\/)[^\s/@]*@/gi, '$1***@')
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 ***')
    .replace(/(_auth(?:Token)?|_password)(["']?\s*[=:]\s*)\S+/gi, '$1$2***')
}
