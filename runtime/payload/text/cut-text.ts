/**
 * Which piece of a longer text this is. Pieces overlap by more than any value is long: one that touches a cut edge is
 * whole in the neighbour, so here it is no value.
 */
export type Cut = 'whole' | 'first' | 'middle' | 'last'

/** Whether text is missing before this piece. */
export function cutAtStart(cut: Cut): boolean {
  return cut === 'middle' || cut === 'last'
}

/** Whether text is missing after this piece. */
export function cutAtEnd(cut: Cut): boolean {
  return cut === 'first' || cut === 'middle'
}

export function cutOf(start: boolean, end: boolean): Cut {
  if (start) return end ? 'middle' : 'last'
  return end ? 'first' : 'whole'
}
