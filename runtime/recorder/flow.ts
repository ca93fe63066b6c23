import type { Socket } from 'node:net'
import type { FlowCounts, FlowRecord, HttpRequestRecord } from '../model/flow.ts'
import type { JournalEntry } from '../model/journal.ts'
import type { Verdict } from '../model/verdict.ts'
import { canonicalAddress } from '../policy/address.ts'
import { alertForFlow } from '../policy/alerts.ts'
import {
  dialsFirst,
  type FlowFacts,
  type Judgement,
  judgeFlow,
  judgeResolution,
} from '../policy/judge-flow.ts'
import { redactedPath } from '../protocol/http-head.ts'
import { answeredNames } from './answered-names.ts'
import { inBackground, type RecorderContext } from './context.ts'
import { dial } from './dial.ts'
import { firstSeen, type Opening, readOpening } from './first-bytes.ts'
import type { NameBook } from './name-book.ts'
import { refuse } from './refusal.ts'
import { type Relay, relay } from './relay.ts'
import type { DialPort } from './remote/streams.ts'
import type { Resolved, Resolver } from './resolver.ts'
import type { Sinkhole } from './sinkhole.ts'

export interface FlowOptions {
  readonly context: RecorderContext
  readonly names: NameBook
  readonly sinkhole: Sinkhole
  readonly resolver: Resolver
  /** Whether an address and port are the recorder's own. */
  readonly isOwn: (address: string, port: number) => boolean
  /** Aborted when the session is over: no connection is waited for any longer. */
  readonly over: AbortSignal
  /** Reaches the host's loopback where that is not this process's own. */
  readonly dialLoopback?: DialPort
  /** Called with each relay that begins, so that it can be counted and cut. */
  readonly onRelay: (flow: string, relay: Relay) => void
}

/** In place of the resolver that a server meant: the recorder asked, to check where a connection goes. */
const OWN_QUESTION = 'mcp-run'
const NOTHING: FlowCounts = { bytesSent: 0, bytesReceived: 0 }
const NO_OPENING: Opening = { bytes: Buffer.alloc(0), first: { kind: 'unknown' }, ended: false }

/** One connection from its acceptance to its end. Rejects only when the store fails. */
export async function handleFlow(options: FlowOptions, socket: Socket): Promise<void> {
  const { context } = options
  const startedAt = context.clock()
  const address = canonicalAddress(socket.localAddress ?? '') ?? ''
  const port = socket.localPort ?? 0
  const seen: Omit<FlowFacts, 'first'> = {
    mode: context.mode,
    address,
    port,
    answered: answeredNames(options, address),
    own: options.isOwn(address, port),
  }
  const atOnce = seen.own || dialsFirst(context.rules, seen)
  const opening = atOnce ? NO_OPENING : await readOpening(socket)
  const first = atOnce ? ({ kind: 'none' } as const) : firstSeen(opening.first)
  const judgement = judgeFlow(context.rules, { ...seen, first })
  const { verdict, addresses, nameHolds } = await resolve(options, judgement, address)
  // Let through by monitor to an address that the name does not have: the name is the server's own word.
  const identity = nameHolds ? judgement : ({ ...judgement, name: null, nameSource: 'none' } as const)
  const flow = flowRecord(context, { startedAt, address, port }, identity, verdict, opening)
  const opened = openingEntries(context, flow, opening)
  if (verdict.action === 'denied') {
    const denied = closing(context, flow, { state: 'denied', cause: verdict.reason }, NOTHING, null)
    await context.record(...opened, denied)
    refuse(socket, opening.first, verdict.reason)
    return
  }
  await context.record(...opened)
  const { target } = judgement
  const dialled =
    target?.kind !== 'host-loopback'
      ? await dial(addresses, port, options.over)
      : await (options.dialLoopback?.(target.port) ?? dial(addresses, target.port, options.over))
  if (!dialled.ok) {
    socket.resetAndDestroy()
    const end = options.over.aborted
      ? ({ state: 'aborted', cause: 'session ended' } as const)
      : ({ state: 'unreachable', cause: dialled.code } as const)
    await context.record(closing(context, flow, end, NOTHING, null))
    return
  }
  const carried = relay(socket, dialled.socket, opening.bytes, opening.ended)
  options.onRelay(flow.id, carried)
  const end = await carried.ended
  const other = dialled.address === address ? null : dialled.address
  await context.record(closing(context, flow, end, carried.counts(), other))
}

async function resolve(
  { context, names, sinkhole, resolver }: FlowOptions,
  judgement: Judgement,
  picked: string,
): Promise<{ verdict: Verdict; addresses: readonly string[]; nameHolds: boolean }> {
  const { target } = judgement
  const name = judgement.action === 'allowed' && target?.kind === 'name' ? target.name : null
  const resolved = name === null ? null : await addressesOf(context, resolver, name, judgement)
  const known = resolved?.ok ? resolved.addresses : []
  const pickedIsSinkhole = sinkhole.nameOf(picked) !== null && sinkhole.nameOf(picked) === name
  const pickedAnsweredFor = name !== null && names.wasAnswered(name, picked)
  const { verdict, dial: addresses } = judgeResolution({
    mode: context.mode,
    judgement,
    picked,
    pickedIsSinkhole,
    pickedAnsweredFor,
    resolved: known,
  })
  const stranger = name !== null && !pickedIsSinkhole && !pickedAnsweredFor && !known.includes(picked)
  return { verdict, addresses, nameHolds: verdict.action === 'denied' || !stranger }
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

function flowRecord(
  context: RecorderContext,
  where: { startedAt: number; address: string; port: number },
  { name, nameSource, protocol, chain }: Judgement,
  { declaration, action, reason }: Verdict,
  { first }: Opening,
): FlowRecord {
  return {
    id: context.nextId(),
    session: context.session,
    phase: context.phase,
    ...where,
    transport: 'tcp',
    name,
    nameSource,
    protocol,
    sni: first.kind === 'tls' ? first.sni : null,
    alpn: first.kind === 'tls' ? first.alpn : [],
    ech: first.kind === 'tls' && first.ech,
    httpHost: first.kind === 'http' ? first.host : null,
    chain,
    inspection: action === 'denied' ? 'none' : 'uninspected',
    declaration,
    action,
    reason,
  }
}

function openingEntries(context: RecorderContext, flow: FlowRecord, { first }: Opening): JournalEntry[] {
  const entries: JournalEntry[] = [{ kind: 'flow-opened', flow }]
  if (first.kind === 'http')
    entries.push({ kind: 'http-request', request: requestRecord(context, flow, first) })
  const alert = alertForFlow(context.server, flow)
  if (alert !== null) entries.push({ kind: 'alert', alert })
  return entries
}

function requestRecord(
  context: RecorderContext,
  { id: flow, session, phase, declaration, action, reason }: FlowRecord,
  head: Extract<Opening['first'], { kind: 'http' }>,
): HttpRequestRecord {
  return {
    id: context.nextId(),
    flow,
    session,
    phase,
    at: context.clock(),
    method: head.method,
    host: head.absolute?.host ?? head.host,
    path: redactedPath(head.target),
    declaration,
    action,
    reason,
  }
}

function closing(
  context: RecorderContext,
  flow: FlowRecord,
  end: Pick<Extract<JournalEntry, { kind: 'flow-closed' }>, 'state' | 'cause'>,
  counts: FlowCounts,
  dialled: string | null,
): JournalEntry {
  return { kind: 'flow-closed', flow: flow.id, at: context.clock(), ...end, counts, dialled }
}
