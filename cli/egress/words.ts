import { escapeText } from '../../runtime/model/text.ts'

/** 2026-11-22T20:53:00.000Z */
export function isoTime(at: number): string {
  return new Date(at).toISOString()
}

/** `11-22 20:53`, or the date alone where it is of another year: UTC, eleven columns at most. */
export function shortTime(at: number, now: number): string {
  const text = isoTime(at)
  return text.slice(0, 4) === isoTime(now).slice(0, 4)
    ? text.slice(5, 16).replace('T', ' ')
    : text.slice(0, 10)
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Decimal units, at most seven columns: `999 B`, `1.2 kB`, `340 MB`. */
export function shortBytes(bytes: number): string {
  let [value, unit] = [bytes, 0]
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit > 0 && value < 99.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`
}

export function shortDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`
  const minutes = Math.floor(milliseconds / 60_000)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export interface Place {
  readonly name: string | null
  readonly addresses: readonly string[]
  readonly port: number
  readonly transport: string
  readonly protocol: string
}

/** `api.exa.ai:443`, `[2001:db8::1]:443`, `203.0.113.9:53/udp`, `evil.test (DNS query)`. Escaped. */
export function placeText({ name, addresses, port, transport, protocol }: Place): string {
  const host = name ?? addresses[0] ?? '*'
  const shown = escapeText(name === null && host.includes(':') ? `[${host}]` : host, 260)
  if (protocol === 'dns') return `${shown} (DNS query)`
  const withPort = port === 0 ? shown : `${shown}:${port}`
  return transport === 'tcp' ? withPort : `${withPort}/${escapeText(transport, 20)}`
}
