import type { TraitKind } from '../../runtime/model/traits.ts'
import type { VersionRecord } from '../../runtime/store/read/versions.ts'

export const FORMAT = 'mcp-run attestation 1'

/** What one version did in some sessions, for others to compare. No values, no times finer than a day, lists sorted. */
export interface Attestation {
  readonly format: typeof FORMAT
  readonly name: string
  /** Null for an image that its reference names alone. */
  readonly version: string | null
  /** Of the package's tarball, as it is pinned; null where nothing is. */
  readonly integrity: string | null
  readonly sessions: number
  /** UTC, `2026-11-22`. */
  readonly firstDay: string
  readonly lastDay: string
  /** `api.exa.ai:443/tls` */
  readonly hosts: readonly string[]
  readonly requests: readonly AttestedRequest[]
  readonly tools: readonly AttestedTool[]
  /** Hosts of whose traffic not all could be read. */
  readonly unread: readonly string[]
  /** Kinds of traits of which there were more than are told apart. */
  readonly beyond: readonly string[]
}

export interface AttestedRequest {
  /** `api.exa.ai:443` */
  readonly host: string
  /** `POST /search` */
  readonly request: string
  readonly fields: readonly string[]
}

export interface AttestedTool {
  readonly name: string
  /** Digests: several where it changed. */
  readonly descriptions: readonly string[]
  readonly schemas: readonly string[]
}

/** Of one version in one or more histories. */
export function attest(label: string, records: readonly VersionRecord[]): Attestation {
  const named = (kind: TraitKind, place?: string): string[] => {
    const found = records.flatMap(({ traits }) =>
      traits.filter((trait) => trait.kind === kind && (place === undefined || trait.place === place)),
    )
    return [...new Set(found.map(({ name }) => name))].sort()
  }
  const places = new Set(
    records.flatMap(({ traits }) => traits.filter(({ kind }) => kind === 'path').map(({ place }) => place)),
  )
  const at = label.lastIndexOf('@')
  return {
    format: FORMAT,
    name: at > 0 ? label.slice(0, at) : label,
    version: at > 0 ? label.slice(at + 1) : null,
    integrity: records[0]?.integrity ?? null,
    sessions: records.reduce((sum, { sessions }) => sum + sessions, 0),
    firstDay: day(Math.min(...records.map(({ firstSeen }) => firstSeen))),
    lastDay: day(Math.max(...records.map(({ lastSeen }) => lastSeen))),
    hosts: named('host'),
    requests: [...places].sort().flatMap((host) =>
      named('path', host).map((request) => ({
        host,
        request,
        fields: named('field', `${host} ${request}`),
      })),
    ),
    tools: named('tool').map((name) => ({
      name,
      descriptions: named('tool-description', name),
      schemas: named('tool-schema', name),
    })),
    unread: named('unread'),
    beyond: named('beyond'),
  }
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}
