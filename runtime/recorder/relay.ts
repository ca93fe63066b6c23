import type { Socket } from 'node:net'
import type { FlowCounts, Inspection } from '../model/flow.ts'
import type { Verdict } from '../model/verdict.ts'

export interface RelayEnd {
  readonly state: 'closed' | 'aborted'
  readonly cause: string
  /** Where it is not what the flow's row says. */
  readonly inspection?: Inspection
  /** Likewise. */
  readonly verdict?: Verdict
}

export interface Relay {
  counts(): FlowCounts
  readonly ended: Promise<RelayEnd>
  /** The server's process is gone: what it had sent still goes out, and that is all. */
  drain(): void
  /** Cuts both sides. */
  abort(cause: string): void
}

/**
 * Carries bytes both ways until both sides have ended: what one side cannot take stops the other (back-pressure),
 * and a side that has ended may still receive (half-close). Nothing is carried before `opening` is.
 */
export function relay(server: Socket, destination: Socket, opening: Buffer, serverEnded: boolean): Relay {
  // What asked a proxy for the way is none of the payload.
  const before = destination.bytesWritten
  let cut: string | null = null
  let orderly = 'both sides closed'
  const abort = (cause: string): void => {
    cut ??= cause
    reset(server)
    reset(destination)
  }
  const ended = new Promise<RelayEnd>((resolve) => {
    let open = 2
    const closed = (): void => {
      if (--open > 0) return
      resolve(cut === null ? { state: 'closed', cause: orderly } : { state: 'aborted', cause: cut })
    }
    for (const side of [server, destination]) {
      if (side.closed) closed()
      else side.once('close', closed)
    }
  })
  server.on('error', (error) => abort(`reset by server (${codeOf(error)})`))
  destination.on('error', (error) => abort(`reset by destination (${codeOf(error)})`))
  if (opening.length > 0) destination.write(opening)
  if (serverEnded) destination.end()
  else carry(server, destination)
  carry(destination, server)
  // A side that was gone before it had a listener reports no error of its own.
  if (server.destroyed) abort('server closed')
  const drain = (): void => {
    orderly = 'server exited'
    const done = (): void => {
      server.destroy()
      destination.destroy()
    }
    if (destination.writableFinished) done()
    else destination.once('finish', done)
  }
  return {
    ended,
    drain,
    abort,
    counts: () => ({
      bytesSent: destination.bytesWritten - before - destination.writableLength,
      bytesReceived: server.bytesWritten - server.writableLength,
    }),
  }
}

function carry(from: Socket, to: Socket): void {
  from.on('data', (chunk) => {
    if (!to.write(chunk)) from.pause()
  })
  to.on('drain', () => from.resume())
  from.on('end', () => to.end())
  from.resume()
}

/**
 * While a shutdown is under way the kernel gets no reset: Node would neither close the socket nor say so
 * (libuv's uv_tcp_close_reset gives EINVAL), and all that was written is with the kernel by then.
 */
function reset(socket: Socket): void {
  const shutting = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0
  // Nor has TLS to a proxy a reset of its own.
  if (shutting || 'encrypted' in socket) socket.destroy()
  else socket.resetAndDestroy()
}

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? 'error'
}
