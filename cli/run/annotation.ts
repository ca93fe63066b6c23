import { isIP } from 'node:net'
import type { AlertEvent, AlertKind } from '../../runtime/model/alert.ts'
import type { Destination } from '../../runtime/model/destination.ts'
import { normaliseName } from '../../runtime/model/name.ts'
import { registrableDomain } from '../../runtime/policy/registrable-domain.ts'
import { UNGIVEN_CREDENTIAL } from '../../runtime/policy/request-alerts.ts'
import { callIdsOf, type PayloadEvidence, payloadEvidence } from '../payload-evidence.ts'

/** A text for the results of calls. It reaches a model: our words, and a canonical host or address, no more. */
export interface Annotation {
  /** JSON-RPC ids as JSON text. */
  readonly callIds: readonly string[]
  /** At most 300 characters. */
  readonly text: string
}

/**
 * What is told in the result of the call that a finding is tied to; null where it is tied to none, or is of little
 * weight: a value somewhere in text.
 */
export function annotationFor(alert: AlertEvent): Annotation | null {
  const callIds = callIdsOf(alert.evidence).slice(0, MAX_CALLS)
  const happened = HAPPENED[alert.kind]?.(alert) ?? null
  if (callIds.length === 0 || happened === null) return null
  const during = callIds.length === 1 ? 'While this call ran' : 'While this call and others ran'
  return { callIds, text: `[mcp-run] ${during}, ${happened}` }
}

const MAX_CALLS = 16
/** Longer names are shown by the part that somebody registered; longer local parts are not shown. */
const MAX_HOST = 64
const MAX_LOCAL = 32

const HAPPENED: Partial<Record<AlertKind, (alert: AlertEvent) => string | null>> = {
  payload_destination: payloadText,
  undeclared_destination: ({ destination, reason, action }) => {
    const where = destinationOf(destination)
    return reason === 'request-undeclared'
      ? `the server made a request to ${where} that its profile does not declare. ${request(action)}`
      : `the server tried to reach ${where}, which its profile does not declare. ${connection(action)}`
  },
  denied_destination: ({ destination, reason, action, evidence }) =>
    reason === 'read-only' && typeof evidence.method === 'string'
      ? `the server made a request to ${destinationOf(destination)} that does not only read, in a read-only session. ${request(action)}`
      : `the server tried to reach ${destinationOf(destination)} in a way that is not allowed. ${connection(action)}`,
  request_mismatch: ({ destination, action }) =>
    `the server asked ${destinationOf(destination)} for another host than its own. ${request(action)}`,
  upstream_certificate: ({ destination, action }) =>
    `the certificate of ${destinationOf(destination)} was not valid for it. ${connection(action)}`,
}

function payloadText({ severity, reason, action, evidence }: AlertEvent): string | null {
  if (severity === 'low' || severity === 'info') return null
  const found = payloadEvidence(evidence)
  if (reason === 'payload-unread')
    return `the server made a request that could not be read. ${request(action)}`
  if (found.value === UNGIVEN_CREDENTIAL)
    return `the server used a credential that it was not given. ${request(action)}`
  const place = placeOf(found.value ?? '') ?? 'a destination'
  return `the server tried to send to ${place}${fieldOf(found)}, ${origin(found)}. ${request(action)}`
}

function origin({ provenance }: PayloadEvidence): string {
  if (provenance === 'response') return 'which it has from an earlier response alone'
  return provenance === 'server' ? 'which it was the first to name itself' : 'which nobody gave it'
}

function request(action: AlertEvent['action']): string {
  return action === 'denied' ? 'The request was stopped.' : 'The request was sent.'
}

function connection(action: AlertEvent['action']): string {
  return action === 'denied' ? 'The connection was stopped.' : 'The connection was let through.'
}

/** Field names are the server's own: only these are ours as well. */
const FIELDS: ReadonlyMap<string, string> = new Map(
  ['Bcc', 'Cc', 'To', 'Reply-To'].map((field) => [field.toLowerCase(), field]),
)

function fieldOf({ field }: PayloadEvidence): string {
  const last =
    field?.split(/[/:]/).at(-1)?.toLowerCase().replace('replyto', 'reply-to').replace('_', '-') ?? ''
  const known = FIELDS.get(last)
  return known === undefined ? '' : ` (${known})`
}

/** A mail address, a host, or the host of a URL; null for what is none of them. */
function placeOf(value: string): string | null {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]*)/.exec(value)?.[1]
  if (authority !== undefined) return hostOf(authority.replace(/^\[|\]$/g, ''))
  const at = value.lastIndexOf('@')
  const [local, domain] = [value.slice(0, Math.max(0, at)), value.slice(at + 1)]
  const host = hostOf(domain)
  if (host === null || at === -1) return host
  const plain = /^[a-z0-9._+-]+$/.test(local) && local.length <= MAX_LOCAL
  return plain && host === domain ? `${local}@${host}` : `an address at ${host}`
}

function destinationOf({ name, address, port }: Destination): string {
  const host = hostOf(name ?? '') ?? hostOf(address ?? '') ?? 'a destination'
  if (port === 0 || port === 443) return host
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
}

/** Null for what is neither a name of several labels nor an address: one word alone may be any word. */
function hostOf(text: string): string | null {
  if (isIP(text) !== 0) return text.includes('%') ? null : text
  const name = normaliseName(text)
  if (name === null || !name.includes('.')) return null
  if (name.length <= MAX_HOST) return name
  const registered = registrableDomain(name)
  return registered.length <= MAX_HOST ? registered : null
}
