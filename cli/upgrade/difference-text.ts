import type { CodeDifference } from '../../runtime/code/compare.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { provenanceText, publishedText, signatureText } from '../../runtime/packages/facts-text.ts'
import { ageText } from '../../runtime/packages/judge.ts'
import type { Pin } from '../../runtime/packages/pin.ts'
import type { Proposal } from '../../runtime/packages/upgrade-package.ts'
import type { Colours } from '../egress/colours.ts'
import { addedLines } from './added-lines.ts'
import { filesText } from './files-text.ts'
import { limited, type Warning, warningsOf } from './warnings.ts'

const MAX_LISTED = 12

/** What a person is to read before they accept: what stands out first, all of it bounded and escaped. */
export function differenceText(
  proposal: Proposal,
  code: CodeDifference,
  colours: Colours,
  now: number = Date.now(),
): string {
  const { before, after } = proposal
  const title = `${escapeText(after.name, 214)} ${escapeText(before.version, 60)} -> ${escapeText(after.version, 60)}`
  const warnings = warningsOf(proposal, code)
  const lines = [
    colours.bold(title),
    ...facts(proposal, now).map(([name, text]) => `  ${name.padEnd(12)} ${escapeText(text, 600)}`),
    '',
    ...(warnings.length === 0
      ? ['Nothing stands out.']
      : warnings.flatMap((one) => warningLines(one, colours))),
    ...section('Dependencies', dependencyLines(proposal)),
    ...section('Files', filesText(code)),
    ...section('Also new', alsoNew(code)),
    ...section('Added lines', addedLines(code)),
    '',
  ]
  return `${lines.join('\n')}\n`
}

function facts({ before, after, publisher }: Proposal, now: number): readonly (readonly [string, string])[] {
  const { signed, unsigned } = after.dependencies
  return [
    ['published', `${publishedText(after).replace(/^published /, '')}${age(after, now)}`],
    ['before', publishedText(before).replace(/^published /, '')],
    ['maintainers', after.publisher.maintainers.join(', ') || 'the registry does not say'],
    ...publisher.minor.map((text) => ['', text] as const),
    ['signature', signatureText(after.signature)],
    ['provenance', provenanceText(after.provenance)],
    ['depends on', `${signed + unsigned} packages, ${signed} of them signed`],
  ]
}

function age({ published }: Pick<Pin, 'published'>, now: number): string {
  return published === null ? '' : `, ${ageText(now - Date.parse(published))} ago`
}

function warningLines({ text, where, excerpt }: Warning, colours: Colours): readonly string[] {
  const place = where === null ? '' : colours.dim(`  ${escapeText(where, 200)}`)
  const first = `${colours.red('!')} ${colours.bold(escapeText(text, 400))}${place}`
  return excerpt === null ? [first] : [first, `      ${escapeText(excerpt, 300)}`]
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)]
}

function dependencyLines({ dependencies, after }: Proposal): readonly string[] {
  const { added, removed, changed } = dependencies
  const others = changed.filter((text) => !text.startsWith(`${after.name} `))
  const listed = (sign: string, items: readonly string[]) =>
    limited(items, MAX_LISTED, (item) => `${sign} ${escapeText(item, 300)}`)
  const own = (item: string) => !item.startsWith(`${after.name}@`)
  return [...listed('+', added.filter(own)), ...listed('-', removed.filter(own)), ...listed('~', others)]
}

/** What seldom means anything, in a line each. */
function alsoNew({ addresses }: CodeDifference): readonly string[] {
  const kinds = [
    [
      'on hosts that were there',
      addresses.filter((one) => one.where === 'code' && !one.newHost && !one.perhaps),
    ],
    ['strings that may be hosts', addresses.filter((one) => one.where === 'code' && one.perhaps)],
    ['in documents alone', addresses.filter((one) => one.where === 'document')],
  ] as const
  return kinds.flatMap(([title, all]) => {
    if (all.length === 0) return []
    const shown = all.slice(0, 6).map(({ value }) => escapeText(value, 120))
    const more = all.length > shown.length ? `, and ${all.length - shown.length} more` : ''
    return [`${title}: ${shown.join(', ')}${more}`]
  })
}
