import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { DialResult } from '../dial.ts'
import type { Relay } from '../relay.ts'
import { byteCounts } from './byte-counts.ts'
import { type ConnectionEnd, connectionEnd } from './connection-end.ts'
import type { InspectedFlow } from './inspection.ts'
import { UpstreamAgent } from './upstream-agent.ts'

export interface Http1Options {
  readonly inspected: InspectedFlow
  /** TLS ended, if there was any. */
  readonly client: Socket
  readonly upstream: Socket
  readonly redial: () => Promise<DialResult>
}

/** A client's connection whose requests are HTTP/1, as each of them sees it. */
export interface Http1Connection extends Relay {
  readonly inspected: InspectedFlow
  readonly client: Socket
  readonly agent: UpstreamAgent
  readonly end: ConnectionEnd
  /** A request waits, or is being sent: gives what to call when the destination has all of it, or it is done. */
  sending(): () => void
  /** For a request under way: called when the client's connection is closed. */
  readonly gone: Set<() => void>
  /** The last request whose head came. */
  receiving: IncomingMessage | null
  /** What came as the rest of its body is none: nothing of it is carried any further. */
  broken: boolean
  /** A request is being refused, and the connection ends with the answer: nothing that follows is read. */
  last: boolean
}

export function http1Connection({ inspected, client, upstream, redial }: Http1Options): Http1Connection {
  const end = connectionEnd()
  const bytes = byteCounts()
  let far = upstream
  let clientEnded = false
  let draining = false
  let waiting = 0
  const agent = new UpstreamAgent({
    first: upstream,
    redial,
    onSocket: (socket) => {
      far = socket
      bytes.add(socket)
      socket.on('error', () => undefined)
    },
  })
  /** A client that has ended its side: so is the destination's, when it has all that was sent. */
  const carryEnd = (): void => {
    if (!clientEnded || waiting > 0) return
    if (!draining) {
      far.end()
      return
    }
    end.orderly('server exited')
    client.destroy()
  }
  client.once('end', () => {
    clientEnded = true
    carryEnd()
  })
  client.on('error', (error: NodeJS.ErrnoException) => end.left(`reset by server (${error.code ?? 'error'})`))
  const gone = new Set<() => void>()
  client.once('close', () => {
    agent.destroy()
    for (const tell of gone) tell()
    end.closed()
  })
  return {
    inspected,
    client,
    agent,
    end,
    gone,
    receiving: null,
    broken: false,
    last: false,
    sending: () => {
      waiting++
      let going = true
      return () => {
        if (!going) return
        going = false
        waiting--
        carryEnd()
      }
    },
    ended: end.ended,
    counts: bytes.counts,
    drain: () => {
      draining = true
      carryEnd()
    },
    abort: (cause) => {
      end.cut(cause)
      client.destroy()
    },
  }
}
