import { isRecipient } from '../payload/name-roles.ts'
import { lineAddresses } from './addresses.ts'
import { codeSigns } from './signs.ts'

export interface AddedLine {
  /** From 1. */
  readonly number: number
  readonly text: string
  /** `address`: it holds a host, a URL or a mail address; `telling`: it names a recipient, or has a sign. */
  readonly weight: 'address' | 'telling' | 'plain'
}

export interface LineChanges {
  /** The first ones, in order; of those behind them, the ones that name a recipient. */
  readonly added: readonly AddedLine[]
  readonly addedCount: number
  readonly removedCount: number
}

const MAX_ADDED = 2000
/** Beyond those, of lines that name a recipient. */
const MAX_NAMING = 500
const MAX_LINE = 1000

/** Lines of one text that the other has not, wherever they stand: a line that was moved is no news. */
export function lineChanges(before: string, after: string): LineChanges {
  const left = new Map<string, number>()
  for (const line of before.split(/\r?\n/)) left.set(line, (left.get(line) ?? 0) + 1)
  const added: AddedLine[] = []
  let addedCount = 0
  let naming = 0
  after.split(/\r?\n/).forEach((line, index) => {
    const there = left.get(line) ?? 0
    if (there > 0) left.set(line, there - 1)
    else if (line.trim() !== '') {
      addedCount++
      const text = line.slice(0, MAX_LINE)
      // No number of other lines is to hide one.
      if (added.length < MAX_ADDED) added.push({ number: index + 1, text, weight: weightOf(text) })
      else if (naming < MAX_NAMING && namesRecipient(text)) {
        naming++
        added.push({ number: index + 1, text, weight: 'telling' })
      }
    }
  })
  let removedCount = 0
  for (const [line, count] of left) if (line.trim() !== '') removedCount += count
  return { added, addedCount, removedCount }
}

function weightOf(line: string): AddedLine['weight'] {
  if (lineAddresses(line).length > 0) return 'address'
  return codeSigns(line).length > 0 || namesRecipient(line) ? 'telling' : 'plain'
}

const NAMED = /([A-Za-z_$][\w$-]{0,63})["'`]?\]?\s{0,8}[:=](?!=)/g

/** `Bcc: process.env.COPY`, `mail['Bcc'] = copy` */
function namesRecipient(line: string): boolean {
  for (const [, name = ''] of line.matchAll(NAMED)) if (isRecipient([name], false)) return true
  return false
}
