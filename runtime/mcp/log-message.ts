import { escapeText } from '../model/text.ts'
import type { LogLevel } from './log-level.ts'

const MAX_DEPTH = 6
const MAX_VALUES = 128
/** Holds the longest URL that a person is shown. */
const MAX_CHARACTERS = 2560

/**
 * One `notifications/message` line, line end included. Every string in it, keys too, is escaped: it may hold
 * names that a hostile server chose, and clients show it. What is nested too deep or too much is left out.
 */
export function logMessageLine(level: LogLevel, data: Readonly<Record<string, unknown>>): Buffer {
  const budget = { values: MAX_VALUES }
  const params = { level, logger: 'mcp-run', data: escapeValue(data, 0, budget) }
  return Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params })}\n`)
}

function escapeValue(value: unknown, depth: number, budget: { values: number }): unknown {
  if (typeof value === 'string') return escapeText(value, MAX_CHARACTERS)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return value
  if (typeof value === 'bigint') return value.toString()
  if (typeof value !== 'object') return undefined
  if (depth >= MAX_DEPTH) return '…'
  if (Array.isArray(value)) {
    return value.filter(() => budget.values-- > 0).map((item) => escapeValue(item, depth + 1, budget) ?? null)
  }
  const entries = Object.entries(value).filter(() => budget.values-- > 0)
  return Object.fromEntries(
    entries.map(([key, item]) => [escapeText(key, 128), escapeValue(item, depth + 1, budget)]),
  )
}
