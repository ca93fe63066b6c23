import type { Socket } from 'node:net'
import type { Witness } from '../model/payload.ts'
import { denied } from '../model/verdict.ts'
import { canonicalAddress } from '../policy/address.ts'
import { dialsFirst, type FlowFacts, type Judgement, judgeFlow } from '../policy/judge-flow.ts'
import { answeredNames } from './answered-names.ts'
import type { RecorderContext } from './context.ts'
import { type DialResult, dial } from './dial.ts'
import { explainDenial } from './explanation.ts'
import { firstSeen, type Opening, readOpening } from './first-bytes.ts'
import { NOTHING, notGenuine, notReached, notRead } from './flow-ends.ts'
import { closing, flowRecord, openingEntries } from './flow-record.ts'
import { type Handling, handlingOf } from './inspect/handling.ts'
import type { Inspector } from './inspect/inspector.ts'
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
  /** Absent: nobody listens to the conversation between client and server. */
  readonly witness?: Witness
  /** What begins while no call is open is an alert. */
  readonly alertBackground?: boolean
  /** Absent: no requests are read. */
  readonly inspector?: Promise<Inspector>
  /** Called with each relay that begins, so that it can be counted and cut. */
  readonly onRelay: (flow: string, relay: Relay) => void
}

const NO_OPENING: Opening = { bytes: Buffer.alloc(0), first: { kind: 'unknown' }, ended: false }

/** One connection from its acceptance to its end. Rejects only when the store fails. */
export async function handleFlow(options: FlowOptions, socket: Socket): Promise<void> {
  const { context, alertBackground = false } = options
  const startedAt = context.clock()
  const asked = options.witness?.attribution() ?? null
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
  const { nameHolds, ...way } = await findRoute(options, judgement, address, port)
  // Let through by monitor to an address that the name does not have: the name is the server's own word.
  const identity = nameHolds ? judgement : ({ ...judgement, name: null, nameSource: 'none' } as const)
  const inspector = judgement.inspect === 'no' ? undefined : await options.inspector
  const handling =
    inspector?.handling(judgement, identity.name, opening) ?? unreadHandling(context, judgement)
  const verdict =
    way.verdict.action === 'allowed' && handling === 'refuse' ? denied('inspection-refused') : way.verdict
  const begin = { startedAt, address, port, attribution: await asked }
  const flow = flowRecord(context, begin, identity, verdict, opening, handling === 'read')
  const opened = openingEntries(context, flow, opening, alertBackground)
  if (verdict.action === 'denied') {
    const end = closing(context, flow, { state: 'denied', cause: verdict.reason }, NOTHING, null)
    await context.record(...opened, end)
    refuse(socket, opening, explainDenial(context, flow))
    return
  }
  await context.record(...opened)
  const reach = () => reachDestination(options, judgement, way)
  const dialled = await reach()
  const ends = { ...options, socket, flow, opening }
  if (!dialled.ok) {
    await notReached(ends, dialled.code, way.proxy?.place ?? null)
    return
  }
  const by = dialled.address === address ? null : dialled.address
  const onRelay = (relay: Relay): void => options.onRelay(flow.id, relay)
  if (inspector === undefined || handling !== 'read' || flow.name === null) {
    const carried = relay(socket, dialled.socket, opening.bytes, opening.ended)
    onRelay(carried)
    await context.record(closing(context, flow, await carried.ended, carried.counts(), by))
    return
  }
  const { name } = flow
  const toRead = { socket, opening, flow, name, judgement, dialled: dialled.socket, redial: reach, onRelay }
  const end = await inspector.read(toRead)
  if (end.kind === 'unreachable') await notReached(ends, end.code, by)
  else if (end.kind === 'certificate') await notGenuine(ends, inspector, end.problem, by)
  else if (end.kind === 'not-read') await notRead(ends, by)
  else await context.record(closing(context, flow, end.end, end.counts, by))
}

async function reachDestination(
  { over, dialLoopback }: FlowOptions,
  { target }: Judgement,
  { proxy, hosts, port }: Pick<Awaited<ReturnType<typeof findRoute>>, 'proxy' | 'hosts' | 'port'>,
): Promise<DialResult> {
  const [host = ''] = hosts
  const elsewhere = target?.kind === 'host-loopback' ? dialLoopback?.(port) : undefined
  return elsewhere ?? (proxy === null ? dial(hosts, port, over) : proxy.dial(host, port))
}

/** Where the session reads nothing. */
function unreadHandling({ mode }: RecorderContext, { inspect, name }: Judgement): Handling {
  return handlingOf({ mode, inspect, name, first: NO_OPENING.first, smtp: false, readable: false })
}
