import { setMaxListeners } from 'node:events'
import type { Witness } from '../model/payload.ts'
import type { UpstreamProxy } from '../model/upstream-proxy.ts'
import type { Channel } from '../tap/channel.ts'
import { serveDatagrams } from '../tap/datagrams.ts'
import { askDirectly, type DropSource } from '../tap/drop-counters.ts'
import { inwardSockets } from '../tap/inward.ts'
import { CAPTURE_PORT, DNS_PORT, OWN_IPV4, OWN_IPV6 } from '../tap/rules.ts'
import type { CaptureSockets } from '../tap/sockets.ts'
import { closeTcpCounts, unacceptedConnections } from '../tap/tcp-counts.ts'
import { type CallbackOptions, serveCallbacks } from './callbacks.ts'
import { serveCapture } from './capture.ts'
import type { RecorderContext } from './context.ts'
import { createDnsServer } from './dns-server.ts'
import { serveDnsTcp } from './dns-tcp.ts'
import { watchDrops } from './drops.ts'
import { createGapCounter } from './gap-counter.ts'
import type { InspectionOptions } from './inspect/inspection.ts'
import type { Inspector, InspectorOptions } from './inspect/inspector.ts'
import { createNameBook } from './name-book.ts'
import { reachInward } from './reach-inward.ts'
import type { StreamMessage } from './remote/messages.ts'
import { carriedStreams, type DialPort } from './remote/streams.ts'
import { createResolver } from './resolver.ts'
import { createSinkhole } from './sinkhole.ts'
import { createProxyDialer } from './upstream-proxy.ts'

export interface Recorder {
  /** Cuts every connection, and resolves when all that happened is recorded. */
  close(cause: string): Promise<void>
}

export interface RecorderOptions {
  readonly context: RecorderContext
  readonly sockets: CaptureSockets
  /** The sandbox's own host name. */
  readonly hostname: string
  /** Asks the kernel for its counts of drops, where this process may not. */
  readonly askDrops?: DropSource['ask']
  /** For a recorder elsewhere than on the host: its connections to the host's loopback, and from there. */
  readonly elsewhere?: Channel<StreamMessage, StreamMessage>
  readonly callbacks: Pick<CallbackOptions, 'ports' | 'hostLoopback' | 'tell'>
  /** Null: everything is dialled directly. */
  readonly upstreamProxy: UpstreamProxy | null
  /** Knows the conversation between client and server. Absent: there is none, as in installations. */
  readonly witness?: Witness
  /** What begins while no call is open is an alert. */
  readonly alertBackground?: boolean
  /** Absent: no requests are read. */
  readonly inspection?: InspectionOptions
}

/** What an ended server had already sent, and the answers under way, are given this long. */
const DRAIN_MS = 1000

/** Everything behind the sandbox's sockets. It owns them from here on. */
export function startRecorder(options: RecorderOptions): Recorder {
  const { context, sockets, hostname, askDrops, elsewhere, upstreamProxy, witness, inspection } = options
  const names = createNameBook()
  const sinkhole = createSinkhole()
  const over = new AbortController()
  // One listener for each connection and question under way.
  setMaxListeners(0, over.signal)
  const resolver = createResolver(context.clock, over.signal)
  const inward = inwardSockets(sockets.inward4, sockets.inward6)
  const reach: DialPort = (port) => reachInward(inward, port)
  const dialLoopback = elsewhere && carriedStreams(elsewhere, 'recorder', reach)
  const proxy = upstreamProxy && createProxyDialer(upstreamProxy, context.clock, over.signal, dialLoopback)
  const own = { hostname, ipv4: OWN_IPV4, ipv6: OWN_IPV6 }
  const gaps = createGapCounter(context)
  const answer = createDnsServer({ context, names, sinkhole, resolver, proxy, own, gaps, over: over.signal })
  const answering = new Set<Promise<Buffer | null>>()
  const answerAll: typeof answer = (request) => {
    const answered = answer(request).finally(() => answering.delete(answered))
    answering.add(answered)
    return answered
  }
  const udp = [sockets.dnsUdp4, sockets.dnsUdp6].filter((fd): fd is number => fd !== null)
  const datagrams = serveDatagrams(udp, ({ data, to, reply }) => {
    answerAll({ message: data, transport: 'udp', resolver: to }).then(
      (message) => {
        if (message !== null) reply(message)
      },
      () => undefined,
    )
  })
  const dnsTcp = serveDnsTcp(sockets.dnsTcp, answerAll, () => gaps.add('dns-limit'))
  const capture = serveCapture(sockets.tcp, {
    context,
    names,
    sinkhole,
    resolver,
    proxy,
    isOwn,
    gaps,
    over: over.signal,
    alertBackground: options.alertBackground ?? false,
    ...(dialLoopback !== undefined && { dialLoopback }),
    ...(witness !== undefined && { witness }),
    ...(inspection !== undefined && {
      inspector: loadInspector({ ...inspection, context, witness: witness ?? null, over: over.signal }),
    }),
  })
  const drops = watchDrops(dropSource(sockets.netfilter, askDrops), { context, names, sinkhole })
  const callbacks = serveCallbacks({ context, reach, ...options.callbacks })
  return {
    close: async (cause) => {
      // What the server did last may still wait in the sockets: it is recorded like all else.
      await new Promise(setImmediate)
      datagrams.readRest()
      await settledWithin(
        Promise.allSettled([capture.drain(), callbacks.drain(), dnsTcp.drain(), ...answering]),
        DRAIN_MS,
      )
      over.abort()
      await Promise.all([capture.cut(cause), callbacks.cut(cause)])
      inward.close()
      await dnsTcp.close()
      await Promise.allSettled(answering)
      gaps.add('dns-limit', datagrams.lost())
      await datagrams.close()
      await drops.close()
      const never = unacceptedConnections(sockets)
      closeTcpCounts(sockets)
      if (never > 0) gaps.add('flow-limit', never)
      await gaps.close()
    },
  }
}

/** HTTP and TLS cost a start what only those sessions pay that read requests. */
async function loadInspector(options: InspectorOptions): Promise<Inspector> {
  const { createInspector } = await import('./inspect/inspector.ts')
  return createInspector(options)
}

function dropSource(netfilter: number, ask: DropSource['ask'] | undefined): DropSource {
  return ask === undefined ? askDirectly(netfilter) : { netfilter, ask }
}

async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

/** The capture listener dialled as such, by way of the loopback; a declared host-loopback port is another. */
function isOwn(address: string, port: number): boolean {
  const local =
    address.startsWith('127.') || address === '::1' || address === OWN_IPV4 || address === OWN_IPV6
  return local && (port === CAPTURE_PORT || port === DNS_PORT)
}
