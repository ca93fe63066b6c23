/** The severities of MCP log messages, least first (RFC 5424's, as the specification lists them). */
export const LOG_LEVELS = [
  'debug',
  'info',
  'notice',
  'warning',
  'error',
  'critical',
  'alert',
  'emergency',
] as const

export type LogLevel = (typeof LOG_LEVELS)[number]

/** Higher is more severe; null for a word that is no level. */
export function severityOf(level: string | undefined): number | null {
  const rank = LOG_LEVELS.indexOf(level as LogLevel)
  return rank < 0 ? null : rank
}
