import type { Unfold } from '../decode/unfold.ts'
import type { FieldNames } from '../field-names.ts'
import type { Fields } from '../fields.ts'
import type { Spot } from '../spot.ts'
import type { Work } from '../work.ts'

/** Takes the bytes of one body or part, in pieces of any size. */
export interface Reader {
  push(bytes: Buffer): void
  /** Nothing follows. */
  end(): void
}

/** What all readers of one message share. */
export interface Message {
  readonly work: Work
  readonly fields: Fields
  readonly unfold: Unfold
  /** Takes the names of the message's own fields, not of what is encoded in them; null: nobody asks. */
  readonly names: FieldNames | null
}

/** What is said of a body's or a part's content, and where it stands. */
export interface Content {
  /** The Content-Type's value as sent; empty where there is none. */
  readonly type: string
  readonly spot: Spot
  /** Of parts within parts. */
  readonly depth: number
}

/** Reads the same bytes as two things, where they may be either. */
export function both(one: Reader, other: Reader): Reader {
  return {
    push: (bytes) => {
      one.push(bytes)
      other.push(bytes)
    },
    end: () => {
      one.end()
      other.end()
    },
  }
}
