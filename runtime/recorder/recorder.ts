import { serveDatagrams } from '../tap/datagrams.ts'
import { CAPTURE_PORT, DNS_PORT, OWN_IPV4, OWN_IPV6 } from '../tap/rules.ts'
import type { CaptureSockets } from '../tap/sockets.ts'
import { serveCapture } from './capture.ts'
import type { RecorderContext } from './context.ts'
import { createDnsServer } from './dns-server.ts'
import { serveDnsTcp } from './dns-tcp.ts'
import { watchDrops } from './drops.ts'
import { createGapCounter } from './gap-counter.ts'
import { createNameBook } from './name-book.ts'
import { createResolver } from './resolver.ts'
import { createSinkhole } from './sinkhole.ts'

export interface Recorder {
  /** Cuts every connection, and resolves when all that happened is recorded. */
  close(cause: string): Promise<void>
}

export interface RecorderOptions {
  readonly context: RecorderContext
  readonly sockets: CaptureSockets
  /** The sandbox's own host name. */
  readonly hostname: string
}

/** Everything behind the sandbox's sockets. It owns them from here on. */
export function startRecorder({ context, sockets, hostname }: RecorderOptions): Recorder {
  const names = createNameBook()
  const sinkhole = createSinkhole()
  const resolver = createResolver(context.clock)
  const own = { hostname, ipv4: OWN_IPV4, ipv6: OWN_IPV6 }
  const gaps = createGapCounter(context)
  const answer = createDnsServer({ context, names, sinkhole, resolver, own, gaps })
  const udp = [sockets.dnsUdp4, sockets.dnsUdp6].filter((fd): fd is number => fd !== null)
  const answering = new Set<Promise<void>>()
  const datagrams = serveDatagrams(udp, ({ data, to, reply }) => {
    const answered = answer({ message: data, transport: 'udp', resolver: to })
      .then(
        (message) => {
          if (message !== null) reply(message)
        },
        () => undefined,
      )
      .finally(() => answering.delete(answered))
    answering.add(answered)
  })
  const dnsTcp = serveDnsTcp(sockets.dnsTcp, answer)
  const capture = serveCapture(sockets.tcp, { context, names, sinkhole, resolver, isOwn, gaps })
  const drops = watchDrops(sockets.netfilter, { context, names, sinkhole })
  return {
    close: async (cause) => {
      // What the server did last may still wait in the sockets: it is recorded like all else.
      await new Promise(setImmediate)
      datagrams.readRest()
      await capture.close(cause)
      dnsTcp.close()
      await Promise.all(answering)
      await datagrams.close()
      await drops.close()
      await gaps.close()
    },
  }
}

/** The capture listener dialled as such, by way of the loopback; a declared host-loopback port is another. */
function isOwn(address: string, port: number): boolean {
  const local =
    address.startsWith('127.') || address === '::1' || address === OWN_IPV4 || address === OWN_IPV6
  return local && (port === CAPTURE_PORT || port === DNS_PORT)
}
