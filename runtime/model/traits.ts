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

/** Earlier sessions that had something: of other versions, and of this one. */
export interface Support {
  readonly elsewhere: number
  readonly here: number
}

export interface KnownVersion {
  /** `name@version`, an image's reference, or `unversioned`. */
  readonly label: string
  /** The session that looks at it is one of its own. */
  readonly isOwn: boolean
}

/** Its detail is there for the latest text of a tool alone. */
export interface KnownTrait extends Trait {
  readonly support: Support
}

/** Some trait of that kind at that place: at least so many sessions had one. */
export interface KnownGroup extends Pick<Trait, 'kind' | 'place'> {
  readonly support: Support
}

/** What the sessions before one left, as that one looks at it: the oldest version and trait first. */
export interface KnownTraits {
  readonly versions: readonly KnownVersion[]
  readonly traits: readonly KnownTrait[]
  readonly groups: readonly KnownGroup[]
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
