import type { ErrorCode } from 'yaml'
import { type Problem, shown } from './problem.ts'

/** What YAML's parser says, in the words of somebody who writes a profile. */
export function syntaxProblem(code: ErrorCode, message: string, line: string): Problem {
  // The same code, when a list in brackets is still open at the end of its field.
  const key = code === 'BAD_INDENT' && message.includes('end with') ? 'MISSING_CHAR' : code
  const [what, hint] = WORDS[key] ?? [`not YAML: ${firstLine(message)}`, forLine(line)]
  return {
    path: [],
    message: what,
    hint: code === 'BAD_ALIAS' || code === 'BAD_SCALAR_START' ? forLine(line) : hint,
  }
}

const WORDS: Partial<Record<ErrorCode, readonly [string, string]>> = {
  TAB_AS_INDENT: ['a tab, where YAML takes spaces only', 'put two spaces in place of the tab'],
  MULTIPLE_DOCS: ['a second document begins here', 'one file holds one profile: remove the line `---`'],
  BAD_INDENT: ['not indented as the lines around it', 'fields of one level begin in the same column'],
  BAD_ALIAS: ['a value cannot begin with *', ''],
  BAD_SCALAR_START: ['a value cannot begin with this character', ''],
  MISSING_CHAR: ['a quote, comma or bracket is missing before this', 'close what was opened'],
  BLOCK_AS_IMPLICIT_KEY: [
    '`:` in a value',
    'a value with `:` in it stands in quotes; if the next line is a field of its own, it begins in the same column',
  ],
  MULTILINE_IMPLICIT_KEY: ['a field without its `:`', 'write `field: value`'],
  TAG_RESOLVE_FAILED: ['a tag that has no meaning here', 'leave out the word with the !'],
  NON_STRING_KEY: ["a field's name must be plain text", 'write `field: value`'],
  RESOURCE_EXHAUSTION: ['too deeply nested', 'a profile is a plain list of fields'],
}

/** Names with @ and wildcards are what people write without quotes. */
function forLine(line: string): string {
  const value = /^\s*(?:- )?[\w-]+:\s+([@*%`][^#]*?)\s*(?:#.*)?$/.exec(line)?.[1]
  if (value === undefined) return 'see docs/profiles.md for an example'
  return value === '*' ? 'name the domain: "*.example.com"' : `put it in quotes: "${shown(value)}"`
}

function firstLine(message: string): string {
  return shown(message.split('\n')[0] ?? '')
}
