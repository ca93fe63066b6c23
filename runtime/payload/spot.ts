import type { Field } from './fields.ts'
import type { Cut } from './text/cut-text.ts'

/** Where a text stands and what was undone to read it. */
export interface Spot {
  readonly field: Field
  /** Outermost first, the message's own content encodings among them. */
  readonly encoding: readonly string[]
  /** How many of them were undone inside strings. */
  readonly layers: number
  /** Whether the text is the field's whole value, as it stands. */
  readonly whole: boolean
}

/** Takes every text of a message: what stands there, and what it says when its encodings are undone. */
export type OnText = (text: string, spot: Spot, cut: Cut) => void

export function inEncoding(spot: Spot, encoding: string): Spot {
  return { ...spot, encoding: [...spot.encoding, encoding], layers: spot.layers + 1, whole: false }
}

export function inField(spot: Spot, field: Field, whole: boolean): Spot {
  return { ...spot, field, whole }
}
