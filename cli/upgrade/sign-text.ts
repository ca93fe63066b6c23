import type { NewSign } from '../../runtime/code/compare.ts'
import type { Sign } from '../../runtime/code/signs.ts'

const WORDS: Readonly<Record<Sign, string>> = {
  eval: 'runs text as a program (eval, Function, vm)',
  'child-process': 'starts other programs (child_process)',
  'blind-copy': 'names a recipient whom others do not see (bcc)',
  'document-module': 'runs a file that is called like a document',
  'network-module': 'opens connections of its own',
  environment: 'reads all environment variables at once',
  credentials: 'names files of credentials',
  'client-configuration': 'names configuration of MCP clients',
  'obfuscated-names': 'has names as obfuscators write them (_0x…)',
  'escaped-strings': 'has strings written in escapes',
  'encoded-block': 'has long blocks of encoded text',
  'character-codes': 'has strings written as character codes',
  'invisible-characters': 'has invisible characters',
  'hidden-by-blanks': 'has code far to the right, behind blanks',
  'long-lines': 'has very long lines',
}

/** In a sentence about a program; the detail still needs escaping. */
export function signText({ sign, detail, before, now }: NewSign): string {
  const what = detail === '' ? WORDS[sign] : `${WORDS[sign]}: ${detail}`
  return before === 0 ? what : `${what} (${before} times before, now ${now})`
}
