import type { NameSource } from '../model/destination.ts'
import type { FlowProtocol } from '../model/flow.ts'
import type { Inspect, RequestRule } from '../model/profile.ts'
import type { Mode, Verdict } from '../model/verdict.ts'

/** A name for which our DNS server answered with some address. */
export interface AnsweredName {
  /** Normalised. */
  readonly name: string
  /** Names whose declaration it inherits through CNAME or SRV, the asked one first; empty when asked directly. */
  readonly chain: readonly string[]
  /** The ports that SRV answers named; null where none did, so that the asked name's ports count. */
  readonly inheritedPorts: readonly number[] | null
}

/** What a connection's first bytes were, as far as a verdict needs it. Names as they stood in the bytes. */
export type FirstSeen =
  /** Nothing was read, or nothing came. */
  | { readonly kind: 'none' }
  | { readonly kind: 'tls'; readonly sni: string | null }
  | {
      readonly kind: 'http'
      /** The Host field without its port. */
      readonly host: string | null
      readonly hostPort: number | null
      /** Of a request target in absolute form (RFC 9112, 3.2.2); the port is 80 where the target names none. */
      readonly absolute: { readonly host: string; readonly port: number } | null
    }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'malformed'; readonly protocol: 'tls' | 'http' }

export interface FlowFacts {
  readonly mode: Mode
  /** The true destination that the server dialled. */
  readonly address: string
  readonly port: number
  readonly first: FirstSeen
  /** Every name that our DNS server answered with that address. */
  readonly answered: readonly AnsweredName[]
  /** One of the recorder's own ports. */
  readonly own: boolean
}

export type DialTarget =
  /** To be resolved by the recorder; `resolves` lists blocks outside public space that count for it. */
  | { readonly kind: 'name'; readonly name: string; readonly resolves: readonly string[] }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'host-loopback'; readonly port: number }

export interface Judgement extends Verdict {
  readonly name: string | null
  readonly nameSource: NameSource
  readonly protocol: FlowProtocol
  /** By which the declaration was inherited; empty when the name itself is declared. */
  readonly chain: readonly string[]
  /** Null: nothing is dialled. */
  readonly target: DialTarget | null
  /** As the rules say that declare it; `no` for what is not declared. */
  readonly inspect: Inspect
  /** Which requests are declared; null: any. */
  readonly requests: readonly RequestRule[] | null
}
