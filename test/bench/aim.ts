import { formatSpread, spread } from './statistics.ts'

export interface Aim {
  /** What is compared with what. */
  readonly what: string
  readonly bound: 'at least' | 'at most' | 'under'
  readonly limit: number
  readonly unit?: string
  readonly digits?: number
  /** One value a round. */
  readonly reached: readonly number[]
}

export interface Judged {
  readonly line: string
  /** Null where nothing was measured. */
  readonly met: boolean | null
}

/** `what: aim at most 0.45, reached 0.41 (0.39–0.44), met`: judged by the median. */
export function judge({ what, bound, limit, unit = '', digits = 2, reached }: Aim): Judged {
  const aim = `${what}: aim ${bound} ${limit}${unit}`
  if (reached.length === 0) return { line: `${aim}, not measured`, met: null }
  const result = spread(reached)
  const met = meets(result.median, bound, limit)
  const by = met ? '' : ` by ${Math.abs(result.median - limit).toFixed(digits)}${unit}`
  return {
    line: `${aim}, reached ${formatSpread(result, digits)}${unit}, ${met ? 'met' : 'MISSED'}${by}`,
    met,
  }
}

function meets(value: number, bound: Aim['bound'], limit: number): boolean {
  switch (bound) {
    case 'at least':
      return value >= limit
    case 'at most':
      return value <= limit
    case 'under':
      return value < limit
  }
}
