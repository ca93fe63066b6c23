import { McpRunError } from '../../runtime/model/errors.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { type Attestation, FORMAT } from './attestation.ts'

/** Something that one of two attestations has. */
export interface Difference {
  readonly side: 'here' | 'there'
  readonly what:
    | 'integrity'
    | 'host'
    | 'request'
    | 'field'
    | 'tool'
    | 'description'
    | 'schema'
    | 'unread'
    | 'beyond'
  readonly name: string
}

/** What `there`, another team's, has that `here` has not, and the other way round. Sessions and days are not compared. */
export function compareAttestations(here: Attestation, there: Attestation): readonly Difference[] {
  const [own, others] = [statements(here), statements(there)]
  const only = (side: Difference['side'], some: Statements, rest: Statements) =>
    [...some].filter(([key]) => !rest.has(key)).map(([, statement]) => ({ side, ...statement }))
  return [...only('here', own, others), ...only('there', others, own)]
}

type Statements = ReadonlyMap<string, Omit<Difference, 'side'>>

function statements(of: Attestation): Statements {
  const found: Omit<Difference, 'side'>[] = [
    { what: 'integrity', name: of.integrity ?? '(none)' },
    ...of.hosts.map((name) => ({ what: 'host', name }) as const),
    ...of.requests.flatMap(({ host, request, fields }) => [
      { what: 'request', name: `${host} ${request}` } as const,
      ...fields.map((field) => ({ what: 'field', name: `${host} ${request}: ${field}` }) as const),
    ]),
    ...of.tools.flatMap(({ name, descriptions, schemas }) => [
      { what: 'tool', name } as const,
      ...descriptions.map((digest) => ({ what: 'description', name: `${name}: ${digest}` }) as const),
      ...schemas.map((digest) => ({ what: 'schema', name: `${name}: ${digest}` }) as const),
    ]),
    ...of.unread.map((name) => ({ what: 'unread', name }) as const),
    ...of.beyond.map((name) => ({ what: 'beyond', name }) as const),
  ]
  return new Map(found.map((statement) => [`${statement.what} ${statement.name}`, statement]))
}

/** Throws `usage` for what is no attestation. `file`: for the message. */
export function parseAttestation(text: string, file: string): Attestation {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = null
  }
  if (isAttestation(value)) return value
  throw new McpRunError(
    'usage',
    `${escapeText(file)} is no attestation that this version of egress can read`,
    {
      hint: 'egress attest NAME@VERSION --output FILE',
    },
  )
}

function isAttestation(value: unknown): value is Attestation {
  return (
    isObject(value) &&
    value.format === FORMAT &&
    typeof value.name === 'string' &&
    isTextOrNull(value.version) &&
    isTextOrNull(value.integrity) &&
    [value.hosts, value.unread, value.beyond].every(isTexts) &&
    isList(value.requests, (one) => isText(one.host) && isText(one.request) && isTexts(one.fields)) &&
    isList(value.tools, (one) => isText(one.name) && isTexts(one.descriptions) && isTexts(one.schemas))
  )
}

function isList(value: unknown, holds: (one: Record<string, unknown>) => boolean): boolean {
  return Array.isArray(value) && value.every((one) => isObject(one) && holds(one))
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(isText)
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isTextOrNull(value: unknown): boolean {
  return value === null || isText(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
