import type { GivenSource, ValueKind } from '../model/payload.ts'
import { ANY } from '../payload/text/found.ts'
import { placedHosts } from '../payload/text/placed-hosts.ts'
import { textValues } from '../payload/text/text-values.ts'
import { type FoundValue, findValues } from '../payload/values.ts'
import { credentialKey, secretsOf, tokenOf } from './credentials.ts'
import { type PhraseBounds, phrasesOf } from './phrases.ts'
import { hostOf, valueKey } from './value-key.ts'

/** A value that a text gives. */
export interface TextKey {
  readonly kind: ValueKind
  readonly value: string
  readonly key: string
  /** What is given with it: the host of an address or a URL. */
  readonly host: string | null
}

interface Reading {
  readonly phrases: PhraseBounds
  /** The text is as it came: what is encoded in it has to be decoded here. */
  readonly raw: boolean
  readonly secrets: (text: string) => readonly string[]
}

const CLIENT: Reading = {
  phrases: { words: 20_000, together: 256 },
  raw: true,
  secrets: (text) => secretsOf(text, { least: 12, anyWhole: false }),
}
const SETTING: Reading = { ...CLIENT, secrets: (text) => secretsOf(text, { least: 3, anyWhole: true }) }
/** Of a response the reader has decoded everything. */
const RESPONSE: Reading = { phrases: { words: 256, together: 16 }, raw: false, secrets: tokenOf }

const READINGS: Readonly<Record<Exclude<GivenSource, 'server'>, Reading>> = {
  'call-arguments': CLIENT,
  environment: SETTING,
  profile: SETTING,
  response: RESPONSE,
}

export function textKeys(text: string, source: Exclude<GivenSource, 'server'>, secretKey: string): TextKey[] {
  const { phrases, raw, secrets } = READINGS[source]
  const found = (raw ? findValues(text) : plainValues(text)).map(({ kind, value }) => textKey(kind, value))
  const values = [...phrasesOf(text, phrases)].map((value) => textKey('value', value))
  const credentials = secrets(text).map((value) => {
    return { kind: 'credential', value, key: credentialKey(secretKey, value), host: null } as const
  })
  return [...found, ...values, ...credentials]
}

function textKey(kind: ValueKind, value: string): TextKey {
  return { kind, value, key: valueKey(kind, value), host: hostOf(kind, value) }
}

function plainValues(text: string): readonly FoundValue[] {
  const hosts = placedHosts(text, 'host').map((value) => ({ kind: 'host' as const, value }))
  return [...textValues(text, ANY), ...hosts]
}
