import { escapeText } from '../../runtime/model/text.ts'
import type { AttributionLine } from '../../runtime/store/calls.ts'

/** What a request or a flow was for; in round brackets what is no tool's. Escaped; `name` may be cut. */
export function toolText(tool: string | null, method: string | null): string {
  if (tool !== null) return escapeText(tool, 64)
  return method === null ? '(background)' : `(${escapeText(method, 64)})`
}

/** The calls that were open, in one cell: `sendEmail`, `(background)`, `sendEmail or listTemplates`; empty: not known. */
export function callsText({ attribution, calls }: AttributionLine): string {
  if (attribution === null) return ''
  if (attribution === 'background') return toolText(null, null)
  const [first = '', ...others] = new Set(calls.map(({ tool, method }) => toolText(tool, method)))
  if (others.length === 0) return first
  return others.length === 1 ? `${first} or ${others[0]}` : `${first} or ${others.length} others`
}
