import type { CodeDifference } from '../../runtime/code/compare.ts'
import { escapeText } from '../../runtime/model/text.ts'

const MAX_LINES = 24
const MAX_LINE = 160
const WEIGHTS = { address: 0, telling: 1, plain: 2 } as const
/** Of those with an address, where others tell something too: many addresses do not hide them. */
const MAX_ADDRESSES = 12

/** Of programs that people can read: lines with an address first, then those that name a recipient or do something odd. */
export function addedLines({ lines }: CodeDifference): readonly string[] {
  const all = lines.flatMap(({ id, path, added }) => added.map((line) => ({ id, path, ...line })))
  const total = lines.reduce((sum, { addedCount }) => sum + addedCount, 0)
  const shown = firstOf(all)
  const out: string[] = []
  let last = ''
  for (const { id, path, number, text } of shown) {
    const file = `${id} ${path}`
    if (file !== last) out.push(escapeText(file, 200))
    last = file
    out.push(`${String(number).padStart(6)} + ${escapeText(text.trim(), MAX_LINE)}`)
  }
  const removed = lines.reduce((sum, { removedCount }) => sum + removedCount, 0)
  if (removed > 0) out.push(`${removed} ${removed === 1 ? 'line' : 'lines'} removed`)
  return total > shown.length ? [...out, `and ${total - shown.length} more`] : out
}

function firstOf<T extends { readonly weight: keyof typeof WEIGHTS }>(all: readonly T[]): readonly T[] {
  const sorted = [...all].sort((a, b) => WEIGHTS[a.weight] - WEIGHTS[b.weight])
  const addresses = sorted.filter(({ weight }) => weight === 'address')
  const telling = sorted.filter(({ weight }) => weight === 'telling').slice(0, MAX_LINES - MAX_ADDRESSES)
  const first = addresses.slice(0, MAX_LINES - telling.length)
  const rest = sorted.filter((one) => !first.includes(one) && !telling.includes(one))
  return [...first, ...telling, ...rest].slice(0, MAX_LINES)
}
