import { escapeText } from '../../runtime/model/text.ts'
import { traitText } from '../drift-evidence.ts'
import type { Colours } from './colours.ts'
import type { ServerNews } from './drift.ts'
import type { News, VersionNews } from './drift-news.ts'
import { wrap } from './layout.ts'
import { shortTime } from './words.ts'

interface TableOptions {
  readonly now: number
  readonly width: number
  readonly colours: Colours
}

const INDENT = '  '
const BELOW = ' '.repeat(6)
/** Of one version. */
const MAX_SHOWN = 100

/** A block a server, its versions oldest first. All text in it is escaped. */
export function driftTable(servers: readonly ServerNews[], options: TableOptions): string {
  const blocks = servers.flatMap(({ server, versions }) => [
    options.colours.bold(escapeText(server, 100)),
    ...(versions.length === 0 ? [`${INDENT}no session has been looked at yet`] : []),
    ...versions.flatMap((version) => versionLines(version, options)),
    '',
  ])
  return [...blocks, 'Times are UTC. Alerts of these: egress alerts'].map((line) => `${line}\n`).join('')
}

function versionLines(
  { version, counts, news, unread, beyond }: VersionNews,
  options: TableOptions,
): string[] {
  const { now, width, colours } = options
  const has = [
    counted(counts.host, 'host'),
    counted(counts.path, 'kind of request', 'kinds of requests'),
    counted(counts.field, 'field'),
    counted(counts.tool, 'tool'),
  ]
  const span = `${shortTime(version.firstSeen, now)} to ${shortTime(version.lastSeen, now)}`
  const head = `${escapeText(version.label, 120)}: ${counted(version.sessions, 'session')}, ${span}; ${has.join(', ')}`
  const shown = news.slice(0, MAX_SHOWN).flatMap((one) => newsLines(one, options))
  const more = news.length - MAX_SHOWN
  return [
    ...wrap(head, { width, indent: INDENT }),
    ...shown,
    ...(more > 0 ? [`${BELOW}and ${more} more: egress drift --json`] : []),
    ...(unread.length > 0 ? [colours.yellow(`${BELOW}not all was read: ${listed(unread)}`)] : []),
    ...(beyond.length > 0 ? [colours.yellow(`${BELOW}more than are told apart: ${listed(beyond)}`)] : []),
  ]
}

/** `new with it, 11-22 20:53: Bcc of POST api.postmarkapp.com:443/email` */
function newsLines({ trait, basis, difference }: News, { now, width, colours }: TableOptions): string[] {
  const since = basis === 'version' ? 'new with it' : 'new in a later session'
  const what = traitText({ trait: trait.kind, place: trait.place, name: trait.name })
  const line = `${since}, ${shortTime(trait.firstSeen, now)}: ${what}`
  const below =
    difference === null ? [] : wrap(escapeText(difference, 512), { width, indent: `${BELOW}${INDENT}` })
  const paint = basis === 'version' ? colours.yellow : colours.dim
  return [
    ...wrap(line, { width, indent: BELOW }).map((one) => paint(one)),
    ...below.map((one) => colours.dim(one)),
  ]
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => escapeText(name, 160))
  return [...shown, ...(names.length > 8 ? [`${names.length - 8} more`] : [])].join(', ')
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
