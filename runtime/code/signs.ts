/** Something in a program that a reader should know of when it is new. */
export type Sign =
  | 'eval'
  | 'child-process'
  | 'blind-copy'
  | 'document-module'
  | 'network-module'
  | 'environment'
  | 'credentials'
  | 'client-configuration'
  | 'obfuscated-names'
  | 'escaped-strings'
  | 'encoded-block'
  | 'character-codes'
  | 'invisible-characters'
  | 'hidden-by-blanks'
  | 'long-lines'

export interface FoundSign {
  readonly sign: Sign
  /** What of it: a module's name; empty where the sign says all. */
  readonly detail: string
  /** Offset in the text of the first. */
  readonly at: number
  readonly count: number
}

interface Pattern {
  readonly sign: Sign
  readonly pattern: RegExp
  /** What of a match tells one from another. */
  readonly detail?: (match: RegExpMatchArray) => string
}

/** Minified, `require` has a short name of its own. */
const moduleCall = (names: string): RegExp =>
  new RegExp(
    `(?:require\\(|getBuiltinModule\\(|(?<![\\w$.])[\\w$]{1,3}\\(|\\bfrom|\\bimport\\(|\\bimport)\\s{0,8}["'\`](?:node:)?(${names})["'\`]`,
    'g',
  )

/** Each takes linear time: every repetition is bounded, or ends where the next part begins. */
const PATTERNS: readonly Pattern[] = [
  { sign: 'eval', pattern: /\beval\s{0,4}\(|\bnew\s{1,4}Function\s{0,4}\(|\bFunction\(["'`]/g },
  { sign: 'eval', pattern: moduleCall('vm'), detail: ([, name = '']) => name },
  { sign: 'child-process', pattern: moduleCall('child_process'), detail: () => '' },
  // Node takes a file of any name for a program; as a document it is not read like one here.
  {
    sign: 'document-module',
    pattern:
      /(?:require\(|import\(|\bfrom|\bimport)\s{0,8}["'`]\.{1,2}\/(?:[^"'`\n]{0,200}\/)?(?:[^"'`\n/]{0,100}\.(?:md|markdown|map)|(?:readme|licen[sc]e|changelog|history|notice|authors)(?![^"'`\n/]{0,100}\.[cm]?js["'`])[^"'`\n/]{0,100})["'`]/gi,
  },
  // In whatever file, however long its lines, and whoever's address it is given.
  { sign: 'blind-copy', pattern: /(?<![A-Za-z0-9])bcc(?![a-z0-9])/gi },
  {
    sign: 'blind-copy',
    pattern: /(?<![A-Za-z0-9])[bB]cc(?=[A-Z][a-z]|s\b|email|address|recipient|list)|(?<=[a-z])Bcc\b/g,
  },
  {
    sign: 'network-module',
    pattern: moduleCall('net|tls|dgram|dns|dns/promises|http|https|http2'),
    detail: ([, name = '']) => name.replace('/promises', ''),
  },
  {
    sign: 'environment',
    pattern:
      /JSON\.stringify\(\s{0,8}process\.env\s{0,8}[,)]|Object\.\w{4,11}\((?:\s{0,8}\{\s{0,8}\},)?\s{0,8}process\.env\s{0,8}[,)]|\.\.\.process\.env\b(?!\.)|\b(?:in|of)\s{1,8}process\.env\b(?!\.)/g,
  },
  {
    sign: 'credentials',
    pattern:
      /\.npmrc\b|\.netrc\b|\.pypirc\b|\.git-credentials\b|\.ssh\b(?=[/\\"'`])|\bid_(?:rsa|ed25519|ecdsa)\b|\bauthorized_keys\b|\.aws[/\\"'`]|\.kube[/\\"'`]|\.docker[/\\]config|\bwallet\.dat\b|\bLogin Data\b|\b169\.254\.169\.254\b|\bmetadata\.google\.internal\b/g,
    detail: ([match]) => match.replace(/[/\\"'`]$/, ''),
  },
  {
    sign: 'client-configuration',
    pattern:
      /claude_desktop_config|\.claude\.json|["'`.]mcpServers\b|\bmcp_config\.json|\.cursor[/\\]mcp|cline_mcp_settings/g,
    detail: ([match]) => match.replace(/^["'`.]/, ''),
  },
  { sign: 'obfuscated-names', pattern: /\b_0x[0-9a-f]{4,8}\b/g },
  { sign: 'escaped-strings', pattern: /(?:\\x[0-9a-f]{2}){8}|(?:\\u00[2-7][0-9a-f]){8}/gi },
  { sign: 'encoded-block', pattern: /["'`](?:[A-Za-z0-9+/_-]{256}|[0-9a-f]{256})/g },
  { sign: 'character-codes', pattern: /fromCharCode\((?:\s{0,4}\d{2,3}\s{0,4},){7}/g },
  {
    sign: 'invisible-characters',
    pattern:
      /[\0\u202a-\u202e\u2066-\u2069]|(?:[\u200b-\u200f\u2060-\u2064]|[\ufe00-\ufe0f]){4}|(?:\udb40[\udd00-\uddef]){4}/g,
  },
  { sign: 'hidden-by-blanks', pattern: /[^\s][ \t]{160}[ \t]{0,4096}[^\s]/g },
]

/** Longer than what people write by hand. */
const LONG_LINE = 1000

/** Signs of a program's text, each kind and detail once. */
export function codeSigns(text: string): readonly FoundSign[] {
  const found = new Map<string, FoundSign>()
  const add = (sign: Sign, detail: string, at: number): void => {
    const key = `${sign} ${detail}`
    const known = found.get(key)
    found.set(
      key,
      known === undefined ? { sign, detail, at, count: 1 } : { ...known, count: known.count + 1 },
    )
  }
  for (const { sign, pattern, detail } of PATTERNS) {
    for (const match of text.matchAll(pattern)) add(sign, detail?.(match) ?? '', match.index)
  }
  const long = longLine(text)
  if (long !== null) add('long-lines', '', long)
  return [...found.values()]
}

/** Where the first one begins; null where there is none. */
function longLine(text: string): number | null {
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start)
    if ((end < 0 ? text.length : end) - start > LONG_LINE) return start
    if (end < 0) return null
    start = end + 1
  }
  return null
}
