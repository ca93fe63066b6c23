import type { AlertEvent, EvidenceValue } from '../runtime/model/alert.ts'
import { escapeText } from '../runtime/model/text.ts'

/** What an alert of kind `drift` or `tool_drift` says in its evidence. As it came. */
export interface DriftEvidence {
  readonly trait: string
  readonly place: string
  readonly name: string
  readonly version: string
  readonly basis: string
  readonly earlier: number
  readonly versions: readonly string[]
  readonly difference: string | null
}

/** Null for alerts of other kinds. */
export function driftEvidence({
  kind,
  evidence,
}: Pick<AlertEvent, 'kind' | 'evidence'>): DriftEvidence | null {
  if (kind !== 'drift' && kind !== 'tool_drift') return null
  const { trait, place, name, version, basis, earlier, versions, difference } = evidence
  return {
    trait: text(trait),
    place: text(place),
    name: text(name),
    version: text(version),
    basis: text(basis),
    earlier: typeof earlier === 'number' ? earlier : 0,
    versions: Array.isArray(versions) ? versions.filter((one) => typeof one === 'string') : [],
    difference: typeof difference === 'string' ? difference : null,
  }
}

/** What it is: `Bcc of POST api.postmarkapp.com:443/email`, `the description of the tool sendEmail`. Escaped. */
export function traitText({ trait, place, name }: Pick<DriftEvidence, 'trait' | 'place' | 'name'>): string {
  const [what, where] = [escapeText(name, 160), escapeText(place, 300)]
  switch (trait) {
    case 'host':
    case 'unread':
      return what
    case 'path':
      return requestText(where, what)
    case 'field':
      return `${fieldText(what)} of ${fieldPlace(where)}`
    case 'tool':
      return `the tool ${what}`
    case 'tool-description':
      return `the description of the tool ${where}`
    case 'tool-schema':
      return `the schema of the tool ${where}`
    case 'beyond':
      return `more ${KINDS[name] ?? 'of it'} than are told apart`
    default:
      return `more ${KINDS[name] ?? 'of it'} that are new than are told one by one`
  }
}

/** In one sentence, without the difference: that is the server's own text. Escaped. */
export function driftSentence(found: DriftEvidence): string {
  const { trait, version, basis, earlier } = found
  const what = traitText(found)
  const who = escapeText(version, 120)
  if (trait === 'more' || trait === 'beyond') return `${who}: ${what}: see egress drift`
  if (trait === 'tool-description' || trait === 'tool-schema') {
    return basis === 'version'
      ? `${what} is another than in earlier versions, in ${who}`
      : `${what} has changed within ${who}`
  }
  const verb = VERBS[trait] ?? 'have'
  return basis === 'version'
    ? `${who} is the first version to ${verb} ${what}; ${sessions(earlier)} before it did not`
    : `${who} did not ${verb} ${what} in ${sessions(earlier)} before this one`
}

const VERBS: Readonly<Record<string, string>> = {
  host: 'contact',
  path: 'make requests like',
  field: 'send',
  tool: 'have',
}
const KINDS: Readonly<Record<string, string>> = {
  host: 'hosts',
  path: 'kinds of requests',
  field: 'fields',
  tool: 'tools',
  'tool-description': 'descriptions of tools',
  'tool-schema': 'schemas of tools',
  unread: 'hosts that were not read',
}

function requestText(place: string, request: string): string {
  const space = request.indexOf(' ')
  return space < 0 ? `${request} ${place}` : `${request.slice(0, space)} ${place}${request.slice(space + 1)}`
}

/** `host:443 POST /email`, as a field has its place. */
function fieldPlace(place: string): string {
  const space = place.indexOf(' ')
  return space < 0 ? place : requestText(place.slice(0, space), place.slice(space + 1))
}

function fieldText(name: string): string {
  return name.replace(/^\//, '')
}

function sessions(count: number): string {
  return count === 1 ? '1 session' : `${count} sessions`
}

function text(value: EvidenceValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
