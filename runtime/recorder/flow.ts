import type { Socket } from 'node:net'
import type { FlowCounts, FlowRecord, HttpRequestRecord } from '../model/flow.ts'
import type { JournalEntry } from '../model/journal.ts'
import { redactedPath } from '../model/redacted-path.ts'
import type { Verdict } from '../model/verdict.ts'
import { canonicalAddress } from '../policy/address.ts'
import { alertForFlow } from '../policy/alerts.ts'
import { dialsFirst, type FlowFacts, type Judgement, judgeFlow } from '../policy/judge-flow.ts'
import { answeredNames } from './answered-names.ts'
import type { RecorderContext } from './context.ts'
import { dial } from './dial.ts'
import { explainDenial, explainOutage } from './explanation.ts'
import { firstSeen, type Opening, readOpening } from './first-bytes.ts'
import { refuse } from './refusal.ts'
import { type Relay, relay } from './relay.ts'
import type { DialPort } from './remote/streams.ts'
import { findRoute, type RouteOptions } from './route.ts'

export interface FlowOptions extends RouteOptions {
  /** Whether an address and port are the recorder's own. */
  readonly isOwn: (address: string, port: number) => boolean
  /** Aborted when the session is over: no connection is waited for any longer. */
  readonly over: AbortSignal
  /** Reaches the host's loopback where that is not this process's own. */
  readonly dialLoopback?: DialPort
  /** Called with each relay that begins, so that it can be counted and cut. */
  readonly onRelay: (flow: string, relay: Relay) => void
}

const SESSION_ENDED = { state: 'aborted', cause: 'session ended' } as const
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
  const { verdict, nameHolds, ...way } = await findRoute(options, judgement, address, port)
  // Let through by monitor to an address that the name does not have: the name is the server's own word.
  const identity = nameHolds ? judgement : ({ ...judgement, name: null, nameSource: 'none' } as const)
  const flow = flowRecord(context, { startedAt, address, port }, identity, verdict, opening)
  const opened = openingEntries(context, flow, opening)
  if (verdict.action === 'denied') {
    const denied = closing(context, flow, { state: 'denied', cause: verdict.reason }, NOTHING, null)
    await context.record(...opened, denied)
    refuse(socket, opening, explainDenial(context, flow))
    return
  }
  await context.record(...opened)
  const { proxy, hosts } = way
  const [host = ''] = hosts
  const elsewhere = judgement.target?.kind === 'host-loopback' ? options.dialLoopback : undefined
  const dialled = await (elsewhere?.(way.port) ??
    (proxy === null ? dial(hosts, way.port, options.over) : proxy.dial(host, way.port)))
  if (!dialled.ok) {
    const by = proxy?.place ?? null
    if (options.over.aborted) {
      socket.resetAndDestroy()
      await context.record(closing(context, flow, SESSION_ENDED, NOTHING, by))
      return
    }
    refuse(socket, opening, explainOutage(flow, dialled.code))
    await context.record(closing(context, flow, { state: 'unreachable', cause: dialled.code }, NOTHING, by))
    return
  }
  const carried = relay(socket, dialled.socket, opening.bytes, opening.ended)
  options.onRelay(flow.id, carried)
  const end = await carried.ended
  const other = dialled.address === address ? null : dialled.address
  await context.record(closing(context, flow, end, carried.counts(), other))
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
    attribution: null,
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
    scheme: 'http',
    attribution: null,
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
