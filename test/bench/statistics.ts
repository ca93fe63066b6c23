/** What the rounds of one measurement gave. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  return { median: quantile(sorted, 0.5), min: quantile(sorted, 0), max: quantile(sorted, 1) }
}

export function median(values: readonly number[]): number {
  return spread(values).median
}

/** Of values in ascending order, between the two nearest where it falls between them; NaN of none. */
export function quantile(sorted: readonly number[], at: number): number {
  const position = at * (sorted.length - 1)
  const below = sorted[Math.floor(position)] ?? Number.NaN
  const above = sorted[Math.ceil(position)] ?? Number.NaN
  return below + (above - below) * (position - Math.floor(position))
}

/** `combine` of what the same round gave for each: a disturbed round disturbs both sides alike. */
export function byRound(
  one: readonly number[],
  other: readonly number[],
  combine: (one: number, other: number) => number,
): readonly number[] {
  return one.flatMap((value, round) => {
    const beside = other[round]
    return beside === undefined ? [] : [combine(value, beside)]
  })
}

export const ratio = (one: number, other: number): number => one / other
export const difference = (one: number, other: number): number => one - other

/** `12.3 (11.9–14.0)`: the median, and the least and greatest round. */
export function formatSpread({ median, min, max }: Spread, digits = 0): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
}
