import type { HttpRequestRecord } from './flow.ts'
import type { Action } from './verdict.ts'

export type TraitKind =
  /** `api.exa.ai:443/tls`. Its detail is `declared` or `undeclared`. */
  | 'host'
  /** `POST /email` at `api.postmarkapp.com:443`. */
  | 'path'
  /** `/Bcc` of `api.postmarkapp.com:443 POST /email`. */
  | 'field'
  | 'tool'
  /** A digest, of the tool that is its place; the detail is the text. */
  | 'tool-description'
  /** Of all of a tool but its name and description. */
  | 'tool-schema'
  /** `api.exa.ai:443`: not all that it was sent could be read. */
  | 'unread'
  /** A kind of which there are more than are told apart. */
  | 'beyond'

/** Something that a version of a server does or says, by its shape. No values. */
export interface Trait {
  readonly kind: TraitKind
  /** What it belongs to; empty for what belongs to the server. */
  readonly place: string
  readonly name: string
  /** Bounded text, escaped; null where the name says it all. */
  readonly detail: string | null
}

export interface KnownVersion {
  /** `name@version`, an image's reference, or `unversioned`. */
  readonly label: string
  readonly integrity: string | null
  readonly sessions: number
}

export interface KnownTrait extends Trait {
  /** `version`: an index. `sessions`: how many of that version had it. */
  readonly seen: readonly { readonly version: number; readonly sessions: number }[]
}

/** What the sessions before this one left, oldest version first. */
export interface KnownTraits {
  readonly versions: readonly KnownVersion[]
  readonly traits: readonly KnownTrait[]
}

/** Names in a request's body that this session has not told of yet for requests of its kind. */
export interface RequestFields {
  readonly request: HttpRequestRecord
  readonly at: number
  /** What became of the request. */
  readonly action: Action
  /** As payload/field-names.ts gives them: `/Messages/{n}/To`, `form:to`, `part:file`. */
  readonly names: readonly string[]
  /** There were more than are told apart. */
  readonly more: boolean
}

/** A tool as a server's answer to `tools/list` has it. */
export interface ListedTool {
  readonly name: string
  readonly description: string | null
  /** All other members, as JSON text whose objects are in the order of names; null: more than is told apart. */
  readonly rest: ReadonlyMap<string, string> | null
}

/** One answer to `tools/list`. */
export interface ListedAnswer {
  readonly tools: readonly ListedTool[]
  /** No page of the list follows. */
  readonly last: boolean
  /** There was more in it than is read. */
  readonly more: boolean
}

/** What a server without a version of its own goes by. */
export const UNVERSIONED = 'unversioned'
