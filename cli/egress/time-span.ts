import { InvalidArgumentError } from 'commander'

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

/** `7d`, `12h`, `30m`, `2w`, as milliseconds; null for anything else. */
export function parseSpan(text: string): number | null {
  const match = /^(\d{1,6})([mhdw])$/.exec(text.trim())
  const unit = UNITS[match?.[2] ?? '']
  return match === null || unit === undefined ? null : Number(match[1]) * unit
}

/** The time that a span ago, or a date, begins: milliseconds since 1970. */
export function parseSince(text: string, now: number): number {
  const span = parseSpan(text)
  if (span !== null) return now - span
  const date = /^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(date)) return date
  throw new InvalidArgumentError('Give a span as 30m, 12h, 7d or 2w, or a UTC date as 2026-01-31.')
}

/** As for `--older-than`: a span only, since a date would be read both ways. */
export function parseAge(text: string): number {
  const span = parseSpan(text)
  if (span !== null && span > 0) return span
  throw new InvalidArgumentError('Give a span as 12h, 400d or 60w.')
}
