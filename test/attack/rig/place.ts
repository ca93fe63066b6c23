import type { NameRecords } from '../../fixtures/internet/records.ts'
import { a, aaaa } from '../../fixtures/internet/records.ts'

/** A case's own corner of the small internet, so that what arrives there, and the alert for it, are its own. */
export interface Place {
  /** Undeclared, with all below it but `host`; registrable, so that it has alerts of its own. Resolves to the sink. */
  readonly domain: string
  /** Below `domain`; declared where the case says so. Resolves to `here`. */
  readonly host: string
  readonly sink: { readonly v4: string; readonly v6: string }
  readonly here: { readonly v4: string; readonly v6: string }
  /** Where the host itself listens, for this case alone. */
  readonly port: number
}

const FIRST = 10
const FIRST_PORT = 20_000

/** `index` is the case's in its family, below 100. Families never run in one internet. */
export function placeOf(index: number): Place {
  const number = FIRST + index
  const domain = `case${number}.test`
  return {
    domain,
    host: `api.${domain}`,
    sink: { v4: `198.51.100.${number}`, v6: `2001:db8:5::${number}` },
    here: { v4: `203.0.113.${number + 100}`, v6: `2001:db8:a::${number}` },
    port: FIRST_PORT + index,
  }
}

/** What the world's DNS knows of it. */
export function zonesOf({ domain, host, sink, here }: Place): Record<string, NameRecords> {
  const hostile = [a(sink.v4), aaaa(sink.v6)]
  const declared = [a(here.v4), aaaa(here.v6)]
  return { [domain]: hostile, [`*.${domain}`]: hostile, [host]: declared, [`*.${host}`]: hostile }
}
