import type { AlertEvent, AlertKind, EvidenceValue, Severity } from '../model/alert.ts'
import { IN_CONVERSATION } from '../model/destination.ts'
import type { FlowRecord, HttpRequestRecord } from '../model/flow.ts'
import type { PayloadFinding } from '../model/payload.ts'
import { redactedPath } from '../model/redacted-path.ts'
import type { SessionRecord } from '../model/session.ts'
import { escapeText } from '../model/text.ts'
import type { Action, Reason } from '../model/verdict.ts'
import { callOf } from './call-evidence.ts'
import { registrableDomain } from './registrable-domain.ts'

/** A request that is not declared, or not what its connection is. Null for what is declared. */
export function alertForRequest(
  server: string,
  flow: FlowRecord,
  request: HttpRequestRecord,
): AlertEvent | null {
  const { reason, action, declaration } = request
  if (declaration === 'declared') return null
  const kind = KIND[reason] ?? 'denied_destination'
  const severity: Severity = action === 'allowed' || kind === 'request_mismatch' ? 'high' : 'medium'
  // One alert for one place: a path may differ in each request.
  const key = `${place(flow)} ${reason} ${BY_METHOD.has(reason) ? request.method : ''}`
  return alert(server, flow, request, { kind, severity, key, reason, action, evidence: whereOf(request) })
}

const BY_METHOD: ReadonlySet<Reason> = new Set<Reason>(['request-undeclared', 'read-only'])

const KIND: Partial<Record<Reason, AlertKind>> = {
  'request-mismatch': 'request_mismatch',
  'request-undeclared': 'undeclared_destination',
  'payload-unread': 'payload_destination',
}

/** A destination inside a request that nothing explains. `action`: what became of the request. */
export function alertForFinding(
  server: string,
  flow: FlowRecord,
  request: HttpRequestRecord,
  { finding, action }: { readonly finding: PayloadFinding; readonly action: Action },
): AlertEvent {
  const { candidate, provenance, severity } = finding
  const value = shownValue(finding)
  const field = cut(candidate.field)
  const evidence = { ...whereOf(request), field, value, encoding: candidate.encoding.slice(0, 8), provenance }
  const folded = candidate.field.replace(/\/\d+(?=\/|$)/g, '/*')
  const key = `${place(flow)} payload ${cut(folded)} ${severity === 'low' ? ownerOf(finding) : value}`
  return alert(server, flow, request, {
    kind: 'payload_destination',
    severity,
    key,
    reason: 'payload-destination',
    action,
    evidence,
  })
}

/** The destination could not prove that it is who it was asked for. `problem`: OpenSSL's word for it. */
export function alertForCertificate(server: string, flow: FlowRecord, problem: string): AlertEvent {
  const evidence = { flow: flow.id, problem: cut(problem), ...callOf(flow.attribution) }
  return {
    ...{ server, session: flow.session, phase: flow.phase, at: flow.startedAt, count: 1 },
    ...{ kind: 'upstream_certificate', severity: 'high', reason: 'upstream-certificate', action: 'denied' },
    key: `${place(flow)} upstream-certificate`,
    destination: destinationOf(flow),
    evidence,
  }
}

/** Something sent while nobody had asked for anything. */
export function alertForBackground(server: string, flow: FlowRecord): AlertEvent | null {
  if (flow.attribution?.kind !== 'background' || flow.action === 'denied') return null
  const { session, phase, startedAt: at, reason, action } = flow
  return {
    ...{ server, session, phase, at, count: 1, kind: 'background_traffic', severity: 'low', reason, action },
    key: `${place(flow)} background`,
    destination: destinationOf(flow),
    evidence: { flow: flow.id },
  }
}

/** A call that was not passed on to the server. `id`: as `Call.id`. */
export function alertForRefusedCall(
  { server, id: session, phase }: SessionRecord,
  call: { readonly id: string | null; readonly tool: string | null; readonly at: number },
): AlertEvent {
  const tool = call.tool === null ? null : cut(call.tool)
  return {
    ...{ server, session, phase, at: call.at, count: 1, kind: 'refused_call', severity: 'info' },
    ...{ key: `call ${tool} read-only`, reason: 'read-only', action: 'denied' },
    destination: IN_CONVERSATION,
    evidence: { attribution: 'one', call: { id: call.id ?? '', tool } },
  }
}

function alert(
  server: string,
  flow: FlowRecord,
  { id, session, phase, at, attribution }: HttpRequestRecord,
  found: Pick<AlertEvent, 'kind' | 'severity' | 'key' | 'reason' | 'action' | 'evidence'>,
): AlertEvent {
  const evidence = { ...found.evidence, ...callOf(attribution), request: id, flow: flow.id }
  return { server, session, phase, at, count: 1, destination: destinationOf(flow), ...found, evidence }
}

function whereOf({ method, host, path }: HttpRequestRecord): Record<string, EvidenceValue> {
  return { method: cut(method), host: host === null ? null : cut(host), path: cut(path) }
}

/** What stands for the value of a credential in evidence. */
export const UNGIVEN_CREDENTIAL = '(a credential that was not given)'

/** A credential is never shown; of a URL the parts that may hold one are not. */
function shownValue({ candidate: { kind, value } }: PayloadFinding): string {
  if (kind === 'credential') return UNGIVEN_CREDENTIAL
  if (kind !== 'url') return cut(value)
  const [, origin = value, rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)(.*)$/s.exec(value) ?? []
  return cut(origin.replace(/\/\/[^@]*@/, '//') + redactedPath(rest))
}

/** What many values of little weight have in common. */
function ownerOf({ candidate: { kind, value } }: PayloadFinding): string {
  if (kind === 'credential') return 'credential'
  const host =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]*)/.exec(value)?.[1] ??
    value.slice(value.lastIndexOf('@') + 1)
  return registrableDomain(host)
}

function place({ name, address }: FlowRecord): string {
  return name === null ? (address ?? '') : registrableDomain(name)
}

function destinationOf({
  address,
  port,
  transport,
  name,
  nameSource,
}: FlowRecord): AlertEvent['destination'] {
  return { address, port, transport, name, nameSource }
}

function cut(text: string): string {
  return escapeText(text, 255)
}
