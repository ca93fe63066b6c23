import type { FlowRecord, RequestScheme } from '../../model/flow.ts'
import type { Witness } from '../../model/payload.ts'
import type { RequestRule, SinkRule } from '../../model/profile.ts'
import type { RecorderContext } from '../context.ts'
import type { Authority } from './authority.ts'
import type { HeldBytes } from './held-bytes.ts'
import type { ToldFields } from './told-fields.ts'

/** What reading the requests of a session takes. */
export interface InspectionOptions {
  /** Signs for the names whose TLS is ended here; the sandbox trusts it. */
  readonly authority: Authority
  /** Whom the host trusts beside Node's own list, in PEM: destinations are verified against both. */
  readonly upstreamAuthorities: readonly string[]
  /** The profile's. */
  readonly sinks: readonly SinkRule[]
}

/** One connection whose requests are read, as all of them see it. */
export interface InspectedFlow {
  readonly context: RecorderContext
  readonly flow: FlowRecord
  /** That the server asked for; the flow's row has it too. */
  readonly name: string
  readonly scheme: RequestScheme
  /** Which are declared; null: any. */
  readonly requests: readonly RequestRule[] | null
  readonly sinks: readonly SinkRule[]
  /** Null: nobody listens to the conversation, and nothing is compared. */
  readonly witness: Witness | null
  /** Of the session's bodies that are read before they go on. */
  readonly held: HeldBytes
  /** Of the session's requests. */
  readonly told: ToldFields
}

/** A header's name and value, as sent. */
export type Field = readonly [name: string, value: string]

/** What a request says of itself before its body. */
export interface RequestHead {
  readonly method: string
  readonly target: string
  /** Every Host field, or `:authority`, as sent. */
  readonly hosts: readonly string[]
  readonly headers: readonly Field[]
  /** Of the body; 0: there is none; null: the head does not say. */
  readonly bodyBytes: number | null
  /** It asks for another protocol on its connection. */
  readonly switches: boolean
  /** It may be read in two ways. */
  readonly malformed: boolean
}
