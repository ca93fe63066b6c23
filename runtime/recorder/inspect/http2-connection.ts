import {
  type ClientHttp2Session,
  connect,
  constants,
  performServerHandshake,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { Socket } from 'node:net'
import type { Relay } from '../relay.ts'
import { byteCounts } from './byte-counts.ts'
import { type ConnectionEnd, connectionEnd } from './connection-end.ts'
import { Http2Exchange } from './http2-exchange.ts'
import type { InspectedFlow } from './inspection.ts'

/** Of one client's connection at a time; it opens no more until one has ended. */
const MAX_STREAMS = 100
/** What a stream, and a connection, may have on the way unread: enough for a fast line, and bounded in memory. */
const STREAM_WINDOW = 256 * 1024
const CONNECTION_WINDOW = 1024 * 1024

const { NGHTTP2_NO_ERROR: NO_ERROR } = constants

export interface Http2Options {
  readonly inspected: InspectedFlow
  readonly client: Socket
  readonly upstream: Socket
}

/** A client's connection whose requests are HTTP/2, as each of them sees it. */
export interface Http2Connection {
  readonly inspected: InspectedFlow
  readonly upstream: ClientHttp2Session
  readonly end: ConnectionEnd
  abort(cause: string): void
}

/** Two sessions, stream for stream: what one end says of a stream or of the connection, the other is told. */
export function http2Connection({ inspected, client, upstream: far }: Http2Options): Relay {
  const end = connectionEnd()
  const bytes = byteCounts()
  bytes.add(far)
  const settings = { initialWindowSize: STREAM_WINDOW }
  const up = connect(`https://${inspected.name}`, {
    createConnection: () => far,
    settings: { ...settings, enablePush: false },
  })
  const down: ServerHttp2Session = performServerHandshake(client, {
    settings: { ...settings, maxConcurrentStreams: MAX_STREAMS },
  })
  const abort = (cause: string): void => {
    end.cut(cause)
    down.destroy()
    up.destroy()
  }
  const connection: Http2Connection = { inspected, upstream: up, end, abort }
  down.on('stream', (stream: ServerHttp2Stream, _headers: unknown, flags: number, raw: string[]) => {
    void new Http2Exchange(connection, stream, raw, flags).run()
  })
  for (const session of [up, down]) {
    session.once('connect', () => session.setLocalWindowSize(CONNECTION_WINDOW))
  }
  carryEnd(up, down, (code) => end.cut(`reset by destination (${code})`))
  carryEnd(down, up, (code) => end.left(`reset by server (${code})`))
  client.once('close', end.closed)
  // An end is an end of both ways here (RFC 9113, 9.1): nothing more can be said.
  client.once('end', () => client.destroy())
  far.once('end', () => far.destroy())
  let draining = false
  return {
    ended: end.ended,
    counts: bytes.counts,
    drain: () => {
      if (draining) return
      draining = true
      end.orderly('server exited')
      down.close()
    },
    abort,
  }
}

type Session = ServerHttp2Session | ClientHttp2Session

function carryEnd(from: Session, to: Session, broke: (code: string) => void): void {
  from.on('error', ({ code = 'error' }: NodeJS.ErrnoException) => broke(code))
  from.on('goaway', (code: number) => {
    if (to.destroyed) return
    if (code === NO_ERROR) to.close()
    else to.goaway(code)
  })
  from.once('close', () => {
    if (!to.destroyed) to.destroy()
  })
}
