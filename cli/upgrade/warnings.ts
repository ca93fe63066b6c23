import type { CodeDifference, NewAddress } from '../../runtime/code/compare.ts'
import type { Proposal, ScriptedPackage } from '../../runtime/packages/upgrade-package.ts'
import { signText } from './sign-text.ts'

/** What stands out; its texts still need escaping. */
export interface Warning {
  readonly text: string
  readonly where: string | null
  readonly excerpt: string | null
}

const MAX_ADDRESSES = 12
const MAX_SIGNS = 14
const MAX_OTHERS = 8

/** The first so many, and a line that counts the rest. */
export function limited<T>(items: readonly T[], most: number, text: (item: T) => string): readonly string[] {
  const shown = items.slice(0, most).map(text)
  return items.length <= most ? shown : [...shown, `and ${items.length - most} more: --json lists them`]
}

/** The gravest first. */
export function warningsOf(proposal: Proposal, code: CodeDifference): readonly Warning[] {
  const { publisher, scripts, lookAlikes, refusal, before } = proposal
  const sure = code.addresses.filter((one) => one.where === 'code' && one.newHost && !one.perhaps)
  const native = code.files.filter(({ kind, state }) => kind === 'native' && state !== 'removed')
  return [
    ...(refusal === null ? [] : [plain(`it cannot be taken: ${refusal.message}`)]),
    ...unreadWarning(code),
    ...publisher.serious.map(plain),
    ...(before.resembles === null
      ? []
      : [plain(`${before.name} is not ${before.resembles}, which many run`)]),
    ...lookAlikes
      .slice(0, MAX_OTHERS)
      .map(({ name, genuine }) => plain(`${name} is new, and is not ${genuine}`)),
    ...some(scripts.map(scriptWarning), MAX_OTHERS, 'install scripts'),
    ...some(sure.map(addressWarning), MAX_ADDRESSES, 'new addresses'),
    ...some(
      native.map(({ id, path, state }) => ({
        ...plain(`a ${state === 'added' ? 'new' : 'changed'} binary`),
        where: `${id} ${path}`,
      })),
      MAX_OTHERS,
      'binaries',
    ),
    ...some(
      code.signs.map((one) => ({
        text: signText(one),
        where: `${one.id} ${one.path}:${one.line}`,
        excerpt: one.excerpt,
      })),
      MAX_SIGNS,
      'signs',
    ),
  ]
}

function plain(text: string): Warning {
  return { text, where: null, excerpt: null }
}

function some(all: readonly Warning[], most: number, what: string): readonly Warning[] {
  if (all.length <= most) return all
  return [...all.slice(0, most), plain(`${all.length - most} more ${what}: --json lists them`)]
}

function unreadWarning({ unread, unreadCount }: CodeDifference): readonly Warning[] {
  if (unreadCount === 0) return []
  const named = unread.slice(0, 4).map(({ what, why }) => `${what} (${why})`)
  const more = unreadCount > named.length ? ` and ${unreadCount - named.length} more` : ''
  return [plain(`only partly compared, which says nothing of the rest: ${named.join(', ')}${more}`)]
}

function scriptWarning({ id, commands, allowed, known }: ScriptedPackage): Warning {
  const what = Object.entries(commands).map(([name, command]) => `${name}: ${command}`)
  const fate = allowed ? 'allowed: it runs once this is accepted' : 'not run'
  return {
    text: `${known ? 'install script' : 'new install script'} of ${id} (${fate})`,
    where: null,
    excerpt: what.join('; ') || null,
  }
}

const KINDS: Readonly<Record<NewAddress['kind'], string>> = {
  mail: 'mail address',
  host: 'host',
  url: 'host',
}

function addressWarning({ kind, value, encoding, id, path, line, excerpt }: NewAddress): Warning {
  const how = encoding.length === 0 ? '' : ` (written as ${encoding.join(' in ')})`
  return {
    text: `new ${KINDS[kind]} in the code: ${value}${how}`,
    where: `${id} ${path}${line === null ? '' : `:${line}`}`,
    excerpt,
  }
}
