import type { ChangedFile, CodeDifference } from '../../runtime/code/compare.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { limited } from './warnings.ts'

const MAX_FILES = 12
const SIGNS = { added: '+', changed: '~', removed: '-' } as const

/** A line that counts them, and the first ones: what runs before what is read. */
export function filesText({ files }: CodeDifference): readonly string[] {
  if (files.length === 0) return []
  const count = (state: ChangedFile['state']) => files.filter((file) => file.state === state).length
  const sorted = [...files].sort((a, b) => rank(a) - rank(b))
  return [
    `${count('added')} new, ${count('changed')} changed, ${count('removed')} removed`,
    ...limited(sorted, MAX_FILES, fileText),
  ]
}

const KINDS = { native: 0, link: 1, code: 2, data: 3, document: 4 } as const
const STATES = { added: 0, changed: 1, removed: 2 } as const

function rank({ kind, state }: ChangedFile): number {
  return (state === 'removed' ? 10 : 0) + KINDS[kind] * 2 + STATES[state]
}

function fileText({ id, path, state, kind, before, after }: ChangedFile): string {
  const size =
    before === null || after === null || before === after
      ? bytesText(after ?? before ?? 0)
      : `${bytesText(before)} -> ${bytesText(after)}`
  return `${SIGNS[state]} ${escapeText(`${id} ${path}`, 200)}  ${kind}, ${size}`
}

function bytesText(bytes: number): string {
  if (bytes < 10_240) return `${bytes} bytes`
  return bytes < 10_485_760 ? `${Math.round(bytes / 1024)} KiB` : `${Math.round(bytes / 1_048_576)} MiB`
}
