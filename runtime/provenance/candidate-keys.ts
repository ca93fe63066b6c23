import type { Candidate } from '../model/payload.ts'
import { findValues } from '../payload/values.ts'
import { credentialKey } from './credentials.ts'
import { hostOf, valueKey } from './value-key.ts'

/** What explains a candidate, each by itself: it as it is, a URL's host, and the address that a user's name may be. */
export function candidateKeys({ kind, value }: Candidate, secretKey: string): readonly [string, ...string[]] {
  if (kind === 'credential') {
    const own = credentialKey(secretKey, value.trim())
    return value.includes('@') ? [own, valueKey('mail', value.trim().toLowerCase())] : [own]
  }
  const host = kind === 'url' ? hostOf(kind, value) : null
  const own = valueKey(kind, value)
  return host === null ? [own] : [own, valueKey('host', host)]
}

/** As what it may come back: also as a whole value, and as the addresses in it. */
export function returningKeys(candidate: Candidate, secretKey: string): readonly string[] {
  const { kind, value } = candidate
  const keys = candidateKeys(candidate, secretKey)
  if (kind === 'credential') return keys
  if (kind !== 'value') return [...keys, valueKey('value', value)]
  return [...keys, ...findValues(value).map((one) => valueKey(one.kind, one.value))]
}
