import type { CodeDifference } from '../../runtime/code/compare.ts'
import type { Proposal } from '../../runtime/packages/upgrade-package.ts'

const MAX_LISTED = 2000
/** In characters; of one line. */
const MAX_TEXT = 500

/** See docs/json.md: bounded, with the counts of what was left out. */
export function differenceJson(proposal: Proposal, code: CodeDifference): object {
  const { before, after, publisher, dependencies, scripts, lookAlikes, refusal } = proposal
  const { files, addresses, signs, lines, unread, unreadCount } = code
  return {
    package: after.name,
    spec: before.spec,
    before: facts(before),
    after: facts(after),
    publisher,
    dependencies,
    installScripts: scripts,
    lookAlikes,
    files: files.slice(0, MAX_LISTED),
    fileCount: files.length,
    addresses: addresses.map((one) => ({ ...one, excerpt: cut(one.excerpt) })),
    signs: signs.slice(0, MAX_LISTED).map((one) => ({ ...one, excerpt: cut(one.excerpt) })),
    signCount: signs.length,
    lines: firstLines(lines),
    unread,
    unreadCount,
    refusal: refusal === null ? null : { message: refusal.message, hint: refusal.hint ?? null },
  }
}

const FACTS = [
  ...(['version', 'integrity', 'registry', 'published', 'publisher'] as const),
  ...(['signature', 'provenance', 'dependencies', 'resembles'] as const),
] as const

function facts(pin: Proposal['after']): object {
  return Object.fromEntries(FACTS.map((name) => [name, pin[name]]))
}

function firstLines(files: CodeDifference['lines']): readonly object[] {
  let left = MAX_LISTED
  return files.slice(0, MAX_LISTED).map(({ added, ...rest }) => {
    const shown = added.slice(0, left)
    left -= shown.length
    return { ...rest, added: shown.map((line) => ({ ...line, text: cut(line.text) })) }
  })
}

function cut(text: string | null): string | null {
  return text === null || text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`
}
