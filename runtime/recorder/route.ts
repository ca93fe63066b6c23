import type { Verdict } from '../model/verdict.ts'
import { type Judgement, judgeResolution } from '../policy/judge-flow.ts'
import { inBackground, type RecorderContext } from './context.ts'
import type { NameBook } from './name-book.ts'
import type { Resolved, Resolver } from './resolver.ts'
import type { Sinkhole } from './sinkhole.ts'
import type { ProxyDialer } from './upstream-proxy.ts'

export interface RouteOptions {
  readonly context: RecorderContext
  readonly names: NameBook
  readonly sinkhole: Sinkhole
  readonly resolver: Resolver
  /** Null: everything is dialled directly. */
  readonly proxy: ProxyDialer | null
}

/** The last word on a connection, and where it goes. */
export interface Route {
  readonly verdict: Verdict
  /** Addresses to race, or the one name or address that the proxy is asked for; empty when denied. */
  readonly hosts: readonly string[]
  readonly port: number
  readonly proxy: ProxyDialer | null
  /** False: the server's own word for an address that the name does not have. */
  readonly nameHolds: boolean
}

/** In place of the resolver that a server meant: the recorder asked, to check where a connection goes. */
const OWN_QUESTION = 'mcp-run'

/** Resolves what is to be resolved here, and judges it. `picked`, `dialled`: the address and port that the server dialled. */
export async function findRoute(
  options: RouteOptions,
  judgement: Judgement,
  picked: string,
  dialled: number,
): Promise<Route> {
  const { context, names, sinkhole, resolver, proxy } = options
  const { target } = judgement
  const name = judgement.action === 'allowed' && target?.kind === 'name' ? target.name : null
  const byProxy = name !== null && proxy?.carries(name, dialled) === true
  const resolved = name === null || byProxy ? null : await addressesOf(context, resolver, name, judgement)
  const known = resolved?.ok ? resolved.addresses : []
  const pickedIsSinkhole = sinkhole.nameOf(picked) !== null && sinkhole.nameOf(picked) === name
  const pickedAnsweredFor = name !== null && names.wasAnswered(name, picked)
  const { verdict, dial: hosts } = judgeResolution({
    mode: context.mode,
    judgement,
    picked,
    pickedIsSinkhole,
    pickedAnsweredFor,
    resolved: known,
    byProxy,
  })
  const stranger = name !== null && !pickedIsSinkhole && !pickedAnsweredFor && !known.includes(picked)
  // The addresses of a name that is to be reached directly are so too, whatever NO_PROXY says of them.
  const asAddress = target?.kind === 'address' || stranger
  const [host = ''] = hosts
  const carried = asAddress ? proxy?.carries(host, dialled) === true : byProxy
  return {
    verdict,
    hosts,
    port: target?.kind === 'host-loopback' ? target.port : dialled,
    proxy: carried ? proxy : null,
    nameHolds: verdict.action === 'denied' || !stranger,
  }
}

/** A name that the server never asked for is the recorder's own question: a row of its own, before it is asked. */
async function addressesOf(
  context: RecorderContext,
  resolver: Resolver,
  name: string,
  { declaration, action, reason }: Verdict,
): Promise<Resolved> {
  if (resolver.knows(name)) return resolver.addresses(name)
  const query = {
    id: context.nextId(),
    at: context.clock(),
    name,
    type: 'A',
    transport: 'udp',
    resolver: OWN_QUESTION,
  } as const
  const { session, phase } = context
  await context.record({
    kind: 'dns-query',
    query: { ...query, session, phase, declaration, action, reason },
  })
  const resolved = await resolver.addresses(name)
  const answer = {
    rcode: resolved.ok ? 'NOERROR' : resolved.problem === 'missing' ? 'NXDOMAIN' : 'SERVFAIL',
    answers: resolved.ok ? resolved.addresses.slice(0, 16) : [],
    at: context.clock(),
  }
  inBackground(context.record({ kind: 'dns-answered', query: query.id, answer }))
  return resolved
}
