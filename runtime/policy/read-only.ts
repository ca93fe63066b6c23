import type { EgressRule, RequestRule } from '../model/profile.ts'

const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS']

/**
 * What is left of a profile's destinations where a server may only read: of hosts whose requests can be read the
 * methods that change nothing (RFC 9110, 9.2.1) and the requests that the profile calls reads; nothing of the rest.
 */
export function readOnlyEgress(egress: readonly EgressRule[]): {
  readonly egress: readonly EgressRule[]
  /** Of no use to a server that may only read: what goes there cannot be told from writing. */
  readonly left: readonly EgressRule[]
} {
  const [readable, left] = [egress.filter(isReadable), egress.filter((rule) => !isReadable(rule))]
  return { left, egress: readable.map((rule) => (rule.kind === 'host' ? onlyReading(rule) : rule)) }
}

type HostRule = Extract<EgressRule, { kind: 'host' }>

function isReadable(rule: EgressRule): boolean {
  return rule.kind === 'host' && (rule.protocol === 'tls' || rule.protocol === 'http')
}

function onlyReading(rule: HostRule): HostRule {
  const declared = rule.requests ?? [{ methods: [], paths: ['/**'] }]
  return { ...rule, inspect: 'required', requests: [...declared.flatMap(safePart), ...rule.reads] }
}

/** What of a declared request only reads; nothing where it names other methods alone. */
function safePart({ methods, paths }: RequestRule): readonly RequestRule[] {
  const safe = methods.length === 0 ? SAFE_METHODS : methods.filter((method) => SAFE_METHODS.includes(method))
  return safe.length === 0 ? [] : [{ methods: safe, paths }]
}
