import type { Attribution } from './call.ts'

/** Where a value was seen before, from the strongest source to the weakest. */
export const GIVEN_SOURCES = ['call-arguments', 'environment', 'profile', 'response', 'server'] as const

/**
 * `call-arguments`: any message of the client's; `environment`: variables and command-line arguments; `profile`: its
 * own literals and hosts; `response`: an earlier response from a declared host; `server`: the server itself said it
 * first, in a result, a description or a log message, whoever has repeated it since.
 */
export type GivenSource = (typeof GIVEN_SOURCES)[number]

export type ValueKind =
  | 'mail'
  | 'host'
  | 'url'
  /** Whatever stands in a sink's field: a phone number, a channel, a bucket. */
  | 'value'
  /** What an authentication header holds. Compared by a keyed hash, never shown or stored. */
  | 'credential'

/** Something in a request that says where a thing goes, or as whom. */
export interface Candidate {
  readonly kind: ValueKind
  /**
   * Canonical: a mail address in small letters with its domain in `xn--` form, no display name; a normalised host; a
   * URL's origin and path; a value trimmed, in Unicode's NFKC and small letters; a credential as it stands.
   */
  readonly value: string
  /**
   * A JSON pointer (`/To`, `/Messages/0/Bcc`), `query:NAME`, `header:NAME`, `form:NAME`, `part:NAME`, `path`, `path:2`, or `body`.
   * Behind `#`, a field of the document that was encoded in that one: `/payload#/to`, `/raw#part:Bcc`.
   */
  readonly field: string
  /** What was undone to read it, outermost first: `gzip`, `base64`, `json`, …. Empty for plain text. */
  readonly encoding: readonly string[]
  /** `recipient`: its field says that something is sent there; `text`: it stands somewhere in text. */
  readonly place: 'recipient' | 'text' | 'credential'
  /** Indexes of the profile's sinks whose field this is. */
  readonly sinks: readonly number[]
}

/** Where the value of a candidate comes from, as far as this session shows. */
export interface Provenance {
  /**
   * Every source that may explain it; empty: nobody gave it. Where `server` is among them, the server said it before
   * the others did, or sent it before with no source: then they only repeat it.
   */
  readonly sources: readonly GivenSource[]
  /** What an alert calls it: `none`, or the weak source that was not enough. `given`: a stronger one is among them. */
  readonly kind: 'none' | 'response' | 'server' | 'given'
}

/**
 * What knows the conversation between client and server: which calls are open, and which values the server was
 * given. It lives where the conversation passes; the recorder may be elsewhere, so all of it is asynchronous.
 * Messages keep their order: what was learnt before a question counts for its answer.
 */
export interface Witness {
  /** The calls open now. */
  attribution(): Promise<Attribution>
  /** Provenance by candidate, in order. A candidate that nothing explains is tainted from here on. */
  weigh(candidates: readonly Candidate[]): Promise<readonly Provenance[]>
  /** Texts of a response from a declared host: values in them are `response` unless tainted. */
  learn(texts: readonly string[]): void
}

/** A candidate that what the server was given does not explain. */
export interface PayloadFinding {
  readonly candidate: Candidate
  readonly provenance: Exclude<Provenance['kind'], 'given'>
  readonly severity: 'high' | 'medium' | 'low'
  /** Its request must not go on, in enforce. */
  readonly blocks: boolean
}
