export interface FoundValue {
  readonly kind: 'mail' | 'host' | 'url'
  /** Canonical, as a candidate's (model/payload.ts). */
  readonly value: string
}

/** Where in a text a value stands, as offsets, the end behind its last character. */
export interface Placed extends FoundValue {
  readonly start: number
  readonly end: number
}

/**
 * How readily something is taken for an address. `any`: whatever a reader could mean as one, for places that say so
 * and for what explains. `sure`: only what is hardly anything else, for free text, code and file names among it.
 */
export type Readiness = 'sure' | 'any'

export interface Reading {
  readonly mails: Readiness
  readonly urls: Readiness
  /** Without a scheme. */
  readonly hosts: Readiness
}

/** For what explains: everything that could be found anywhere. */
export const ANY: Reading = { mails: 'any', urls: 'any', hosts: 'any' }
