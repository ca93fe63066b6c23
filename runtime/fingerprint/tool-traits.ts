import { createHash } from 'node:crypto'
import { canonicalText } from '../model/canonical-json.ts'
import { escapeText } from '../model/text.ts'
import type { ListedTool, Trait } from '../model/traits.ts'
import type { Conceal } from './conceal.ts'

/** Characters of the text that is kept beside a digest, to tell what changed. */
const MAX_DESCRIPTION = 1024
const MAX_SCHEMA = 4096
/** What clients may show or not; it says nothing of what a tool does. */
const LEFT_OUT = new Set(['_meta', 'icons'])

export interface ToolTraits {
  readonly tool: Trait
  readonly texts: readonly Trait[]
}

export function toolTraits({ name, description, rest }: ListedTool, conceal: Conceal): ToolTraits {
  const place = escapeText(name, 128)
  const text = (kind: 'tool-description' | 'tool-schema', written: string, most: number): Trait => {
    const said = conceal(dateless(written))
    return { kind, place, name: digest(said), detail: escapeText(said, most) }
  }
  const texts = [text('tool-description', description ?? '', MAX_DESCRIPTION)]
  if (rest !== null) {
    const members = new Map([...rest].filter(([member]) => !LEFT_OUT.has(member)))
    texts.push(text('tool-schema', canonicalText(members), MAX_SCHEMA))
  }
  return { tool: { kind: 'tool', place: '', name: place, detail: null }, texts }
}

/** Some say what day it is. */
function dateless(text: string): string {
  return text.replace(DATE, '{date}')
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

const DATE = /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?/g
