import type { AlertEvent, EvidenceValue } from '../runtime/model/alert.ts'
import { escapeText } from '../runtime/model/text.ts'

/** What an alert on a request says in its evidence; null where it does not. As it came. */
export interface PayloadEvidence {
  /** Null: not one call alone, or one that is no tool's. */
  readonly tool: string | null
  readonly attribution: string | null
  readonly method: string | null
  readonly host: string | null
  readonly path: string | null
  readonly field: string | null
  readonly value: string | null
  readonly encoding: readonly string[]
  readonly provenance: string | null
}

export function payloadEvidence(details: AlertEvent['evidence']): PayloadEvidence {
  const { call, attribution, method, host, path, field, value, encoding, provenance } = details
  return {
    tool: callIn(call)?.tool ?? null,
    attribution: text(attribution),
    method: text(method),
    host: text(host),
    path: text(path),
    field: text(field),
    value: text(value),
    encoding: texts(encoding),
    provenance: text(provenance),
  }
}

/** The calls that a finding is tied to, by their ids: one, or the several that it may be. */
export function callIdsOf({ call, calls }: AlertEvent['evidence']): readonly string[] {
  const one = callIn(call)
  return one === null ? texts(calls) : [one.id]
}

/** Whose doing it was: a tool, or in round brackets what is none; null where nobody listened. Escaped. */
export function actorOf({ tool, attribution }: PayloadEvidence): string | null {
  if (tool !== null) return escapeText(tool, 64)
  return ACTORS[attribution ?? ''] ?? null
}

const ACTORS: Readonly<Record<string, string>> = {
  one: '(no tool)',
  ambiguous: '(one of several calls)',
  background: '(background)',
}

/** `POST api.postmarkapp.com/email`; empty where there is nothing of it. Escaped. */
export function requestPlace({ method, host, path }: PayloadEvidence): string {
  const where = `${escapeText(host ?? '', 260)}${escapeText(path ?? '', 120)}`
  return [escapeText(method ?? '', 20), where].filter((part) => part !== '').join(' ')
}

/** A JSON pointer without its first slash: `Bcc`, `Messages/0/Bcc`; others as they are. Escaped. */
export function fieldText(field: string | null): string {
  return escapeText((field ?? '').replace(/^\//, ''), 100)
}

/** `phan@giftshop.club in Bcc of POST api.postmarkapp.com/email`, or what of it there is. Escaped. */
export function foundText(evidence: PayloadEvidence): string {
  const { value, field } = evidence
  const what = value === null ? [] : [`${escapeText(value, 260)} in`]
  const where = [fieldText(field), requestPlace(evidence)]
  return [...what, where.filter((part) => part !== '').join(' of ')].join(' ')
}

function callIn(value: EvidenceValue | undefined): { id: string; tool: string | null } | null {
  return typeof value === 'object' && value !== null && 'id' in value ? value : null
}

function text(value: EvidenceValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function texts(value: EvidenceValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
