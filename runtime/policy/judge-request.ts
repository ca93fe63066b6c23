import type { RequestScheme } from '../model/flow.ts'
import { normaliseName } from '../model/name.ts'
import type { RequestRule, SinkRule } from '../model/profile.ts'
import { denied, type Mode, type Reason, type Verdict } from '../model/verdict.ts'
import { nameFits } from './name-fits.ts'
import { isSafe, readsBeyondDoubt } from './read-only.ts'
import { pathMatches, plainPath } from './request-path.ts'

export interface RequestFacts {
  readonly mode: Mode
  /** Of the connection. */
  readonly name: string
  readonly port: number
  readonly scheme: RequestScheme
  readonly method: string
  /** As sent: path and query, or whatever else stood there. */
  readonly target: string
  /** Every Host field, or `:authority`, as sent. */
  readonly hosts: readonly string[]
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Of the body; 0: there is none; null: the head does not say. */
  readonly bodyBytes: number | null
  /** It asks for another protocol on its connection. */
  readonly switches: boolean
  /** Null: any. */
  readonly requests: readonly RequestRule[] | null
}

/** Whether a request inside a declared connection is one that the profile declares. */
export function judgeRequest(facts: RequestFacts): Verdict {
  const { method, target, hosts, requests } = facts
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(method) || method === 'CONNECT') return denied('malformed')
  const absolute = absoluteHost(target)
  if (absolute !== null) return denied(isMeant(facts, absolute) ? 'malformed' : 'request-mismatch')
  const asterisk = target === '*' && method === 'OPTIONS'
  if ((!target.startsWith('/') && !asterisk) || hosts.length > 1) return denied('malformed')
  const [host] = hosts
  if (host !== undefined && !isMeant(facts, host)) return undeclared(facts.mode, 'request-mismatch')
  const readOnly = facts.mode === 'read-only'
  if (requests === null || requests.some((rule) => covers(rule, method, target)))
    return readOnly && !readsBeyondDoubt(facts) ? denied('read-only') : DECLARED
  if (readOnly && !isSafe(method)) return denied('read-only')
  return undeclared(facts.mode, 'request-undeclared')
}

const DECLARED: Verdict = { declaration: 'declared', action: 'allowed', reason: 'declared' }

function undeclared(mode: Mode, reason: Reason): Verdict {
  return { declaration: 'undeclared', action: mode === 'monitor' ? 'allowed' : 'denied', reason }
}

/** The authority of a target in absolute form (RFC 9112, 3.2.2); null for other forms. */
function absoluteHost(target: string): string | null {
  return /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(target)?.[1] ?? null
}

/** A port left out is the connection's own: clients of odd ports leave it out too. */
function isMeant({ name, port }: RequestFacts, authority: string): boolean {
  const [, host = '', given] = /^(.*?)(?::(\d{1,5}))?$/s.exec(authority) ?? []
  return normaliseName(host) === name && (given === undefined || Number(given) === port)
}

function covers({ methods, paths }: RequestRule, method: string, target: string): boolean {
  if (methods.length > 0 && !methods.includes(method)) return false
  // Whichever way it is read.
  if (paths.includes('/**')) return true
  const path = plainPath(target)
  return path !== null && paths.some((pattern) => pathMatches(pattern, path))
}

/**
 * The sinks that a request falls under. A path that can be read in more than one way falls under all of its host's:
 * what restricts matches generously, what permits does not.
 */
export function matchingSinks(
  sinks: readonly SinkRule[],
  { host, method, target }: { readonly host: string; readonly method: string; readonly target: string },
): readonly { readonly index: number; readonly sink: SinkRule }[] {
  const plain = plainPath(target)
  const path = plain === null ? null : folded(plain)
  return sinks.flatMap((sink, index) => {
    if (!nameFits(sink.host, host)) return []
    if (path === null) return [{ index, sink }]
    const isMethod = sink.methods.length === 0 || sink.methods.includes(method.toUpperCase())
    return isMethod && pathMatches(folded(sink.path), path) ? [{ index, sink }] : []
  })
}

/** Servers differ in whether capitals, and a slash at the end, are another path. */
function folded(path: string): string {
  return path.toLowerCase().replace(/\/+$/, '')
}
