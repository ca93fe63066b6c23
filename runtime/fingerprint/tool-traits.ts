import { createHash } from 'node:crypto'
import { canonical } from '../model/canonical-json.ts'
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
  readonly description: Trait
  readonly schema: Trait
}

export function toolTraits({ name, description, rest }: ListedTool, conceal: Conceal): ToolTraits {
  const shown = escapeText(name, 128)
  const said = conceal(dateless(description ?? ''))
  const members = Object.entries(rest).filter(([member]) => !LEFT_OUT.has(member))
  const schema = conceal(dateless(JSON.stringify(canonical(Object.fromEntries(members)))))
  return {
    tool: { kind: 'tool', place: '', name: shown, detail: null },
    description: {
      ...{ kind: 'tool-description', place: shown, name: digest(said) },
      detail: escapeText(said, MAX_DESCRIPTION),
    },
    schema: {
      ...{ kind: 'tool-schema', place: shown, name: digest(schema) },
      detail: escapeText(schema, MAX_SCHEMA),
    },
  }
}

/** Some say what day it is. */
function dateless(text: string): string {
  return text.replace(DATE, '{date}')
}

function digest(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}

const DATE = /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?/g
