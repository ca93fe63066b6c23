import type { DnsRecord } from '../model/flow.ts'
import { alertForQuery } from '../policy/alerts.ts'
import { judgeQuery, type QueryVerdict } from '../policy/judge-query.ts'
import { mayDial } from '../policy/judge-resolution.ts'
import { declaredPorts, hostRules, queryRules } from '../policy/rules.ts'
import { RCODE, rcodeName } from '../protocol/dns-code.ts'
import { type DnsQuery, type DnsQueryResult, parseDnsQuery } from '../protocol/dns-query.ts'
import { type DnsAnswerRecord, encodeDnsError, encodeDnsReply, fitUdp } from '../protocol/dns-reply.ts'
import { withQuestion } from '../protocol/dns-upstream.ts'
import { inBackground, type RecorderContext } from './context.ts'
import type { GapCounter } from './gap-counter.ts'
import type { NameBook } from './name-book.ts'
import { type OwnAddresses, ownAnswers } from './own-names.ts'
import { ANSWER_TTL_S, type Resolver } from './resolver.ts'
import type { Sinkhole } from './sinkhole.ts'
import { askUpstream } from './upstream.ts'
import type { ProxyDialer } from './upstream-proxy.ts'

const MAX_AT_ONCE = 256

export interface DnsServerOptions {
  readonly context: RecorderContext
  readonly names: NameBook
  readonly sinkhole: Sinkhole
  readonly resolver: Resolver
  /** Null: everything is dialled directly. */
  readonly proxy: ProxyDialer | null
  readonly own: OwnAddresses
  readonly gaps: GapCounter
  /** Aborted when the session is over: nothing is waited for any longer. */
  readonly over: AbortSignal
}

/** One message as it came, and by what way. */
export interface DnsRequest {
  readonly message: Buffer
  readonly transport: 'udp' | 'tcp'
  /** The resolver that was meant. */
  readonly resolver: string
}

/** What is answered, before it is put into bytes. */
interface Answer {
  readonly reply: Buffer
  readonly rcode: string
  readonly texts: readonly string[]
}

/**
 * Answers every query itself. What the profile declares is resolved as the host would, once the row is
 * committed; all else gets an address that leads back to the recorder, or a refusal.
 */
export function createDnsServer(options: DnsServerOptions): (request: DnsRequest) => Promise<Buffer | null> {
  const { context, own } = options
  let running = 0
  return async (request) => {
    const parsed = parseDnsQuery(request.message)
    if (!parsed.ok) return refuseMalformed(context, request, parsed)
    const { query } = parsed
    if (running >= MAX_AT_ONCE) {
      options.gaps.add('dns-limit')
      return encodeDnsReply(query, { rcode: RCODE.servFail })
    }
    running++
    try {
      const owned = ownAnswers(query, own)
      const inherited = options.names.inherited(query.name) !== null
      const verdict = judgeQuery(context.rules, context.mode, {
        name: query.name,
        type: query.type,
        inherited,
        own: owned !== null,
      })
      const id = await recordQuery(context, request, { name: query.name, type: query.type }, verdict)
      const answer = await answerFor(options, query, verdict, owned)
      inBackground(
        context.record({
          kind: 'dns-answered',
          query: id,
          answer: { rcode: answer.rcode, answers: answer.texts, at: context.clock() },
        }),
      )
      return request.transport === 'udp' ? fitUdp(answer.reply, query) : answer.reply
    } finally {
      running--
    }
  }
}

async function recordQuery(
  context: RecorderContext,
  request: DnsRequest,
  question: { readonly name: string; readonly type: string },
  { declaration, action, reason }: Pick<QueryVerdict, 'declaration' | 'action' | 'reason'>,
): Promise<string> {
  const query: DnsRecord = {
    id: context.nextId(),
    session: context.session,
    phase: context.phase,
    at: context.clock(),
    ...question,
    transport: request.transport,
    resolver: request.resolver,
    declaration,
    action,
    reason,
  }
  const alert = alertForQuery(context.server, query)
  await context.record(
    { kind: 'dns-query', query },
    ...(alert === null ? [] : [{ kind: 'alert', alert } as const]),
  )
  return query.id
}

async function refuseMalformed(
  context: RecorderContext,
  request: DnsRequest,
  parsed: Extract<DnsQueryResult, { ok: false }>,
): Promise<Buffer | null> {
  const verdict = { declaration: 'undeclared', action: 'denied', reason: 'malformed' } as const
  await recordQuery(context, request, { name: parsed.name ?? '', type: 'unreadable' }, verdict)
  return parsed.id === null ? null : encodeDnsError(parsed.id, RCODE.formErr)
}

async function answerFor(
  options: DnsServerOptions,
  query: DnsQuery,
  verdict: QueryVerdict,
  owned: readonly DnsAnswerRecord[] | null,
): Promise<Answer> {
  if (verdict.respond === 'own') return answerWith(query, RCODE.noError, owned ?? [])
  if (verdict.respond === 'refuse') return answerWith(query, RCODE.refused, [])
  if (verdict.respond === 'sinkhole') return answerWith(query, RCODE.noError, sinkholeAnswer(options, query))
  const byProxy = options.proxy?.carries(query.name, null) === true
  if (query.type === 'A' || query.type === 'AAAA') {
    // The proxy resolves it; the host perhaps cannot.
    if (byProxy) return answerWith(query, RCODE.noError, sinkholeAnswer(options, query))
    return resolveAddresses(options, query)
  }
  // Its addresses would lead past the proxy.
  if (byProxy && (query.type === 'HTTPS' || query.type === 'SVCB'))
    return answerWith(query, RCODE.noError, [])
  return forward(options, query)
}

function sinkholeAnswer({ sinkhole }: DnsServerOptions, query: DnsQuery): readonly DnsAnswerRecord[] {
  const type = query.type === 'AAAA' ? 'AAAA' : 'A'
  return [{ type, ttl: ANSWER_TTL_S, data: sinkhole.addressFor(query.name, type === 'A' ? 4 : 6) }]
}

/** A name that resolves only to where nothing is dialled gets a sinkhole address: the attempt is then seen. */
async function resolveAddresses(options: DnsServerOptions, query: DnsQuery): Promise<Answer> {
  const { context, names, resolver } = options
  const resolved = await resolver.addresses(query.name)
  if (!resolved.ok) {
    return answerWith(query, resolved.problem === 'missing' ? RCODE.nxDomain : RCODE.servFail, [])
  }
  const resolves = queryRules(context.rules, query.name).flatMap((rule) => rule.resolves)
  const dialable = resolved.addresses.filter((address) => mayDial(address, resolves))
  if (dialable.length === 0) return answerWith(query, RCODE.noError, sinkholeAnswer(options, query))
  names.answer(query.name, dialable)
  const ofFamily = dialable.filter((address) => address.includes(':') === (query.type === 'AAAA'))
  const type = query.type === 'AAAA' ? 'AAAA' : 'A'
  return answerWith(
    query,
    RCODE.noError,
    ofFamily.map((data) => ({ type, ttl: ANSWER_TTL_S, data })),
  )
}

/** Other record types come from the host's resolvers; the names they lead to inherit the declaration. */
async function forward(options: DnsServerOptions, query: DnsQuery): Promise<Answer> {
  const { context, names, over } = options
  const question = {
    name: query.name,
    typeCode: query.typeCode,
    dnssecOk: query.edns?.dnssecOk ?? false,
  }
  const reply = await askUpstream(question, over)
  if (reply === null) return answerWith(query, RCODE.servFail, [])
  const from = names.inherited(query.name)
  const chain = [...(from?.chain ?? []), query.name]
  if (from !== null || queryRules(context.rules, query.name).length > 0) {
    for (const { to } of reply.chain)
      names.inherit(to, { chain, ports: from?.ports ?? portsOf(context, query.name) })
    for (const { target, port } of reply.services) names.inherit(target, { chain, ports: [port] })
    for (const { name, address } of reply.addresses) if (mayDial(address, [])) names.answer(name, [address])
  }
  return { reply: withQuestion(reply.reply, query), rcode: reply.rcodeName, texts: reply.answers }
}

function portsOf(context: RecorderContext, name: string): readonly number[] | null {
  return hostRules(context.rules, name).length > 0 ? [...declaredPorts(context.rules, name).keys()] : null
}

function answerWith(query: DnsQuery, rcode: number, answers: readonly DnsAnswerRecord[]): Answer {
  return {
    reply: encodeDnsReply(query, { rcode, answers }),
    rcode: rcodeName(rcode),
    texts: answers.slice(0, 16).map(({ type, data }) => `${type} ${data}`),
  }
}
