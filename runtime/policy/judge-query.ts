import type { Mode, Verdict } from '../model/verdict.ts'
import { queryRules, type Rules } from './rules.ts'

export interface QueryFacts {
  /** Normalised; the root is `''`. */
  readonly name: string
  /** `A`, `AAAA`, `TXT`, … */
  readonly type: string
  /** A declared name led here through a CNAME or SRV answer of this session. */
  readonly inherited: boolean
  /** The sandbox's own: localhost, its host name, the reverse names of its own addresses. */
  readonly own: boolean
}

/** `own`: from the sandbox itself; `resolve`: as the host would; `sinkhole`: a local address; `refuse`: REFUSED. */
export type Respond = 'own' | 'resolve' | 'sinkhole' | 'refuse'

export interface QueryVerdict extends Verdict {
  readonly respond: Respond
}

/** A name that is not declared never goes up in enforce: the question itself would carry data out. */
export function judgeQuery(rules: Rules, mode: Mode, query: QueryFacts): QueryVerdict {
  if (query.own) return { ...DECLARED, respond: 'own' }
  if (query.inherited || queryRules(rules, query.name).length > 0) return { ...DECLARED, respond: 'resolve' }
  if (mode === 'monitor') return { ...UNDECLARED, action: 'allowed', respond: 'resolve' }
  const address = query.type === 'A' || query.type === 'AAAA'
  return { ...UNDECLARED, action: 'denied', respond: address ? 'sinkhole' : 'refuse' }
}

const DECLARED = { declaration: 'declared', action: 'allowed', reason: 'declared' } as const
const UNDECLARED = { declaration: 'undeclared', reason: 'dns-undeclared' } as const
