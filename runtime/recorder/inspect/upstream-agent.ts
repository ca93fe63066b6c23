import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { DialResult } from '../dial.ts'

/** A connection that could not be made anew; the message is what a row says of it. */
export class DialProblem extends Error {}

export interface UpstreamOptions {
  /** Made before the first request. */
  readonly first: Socket
  /** For when the destination has closed it: the same way again. */
  readonly redial: () => Promise<DialResult>
  /** Each connection that carries requests, the first included. */
  readonly onSocket: (socket: Socket) => void
}

/** The way of one client's requests: one connection at a time, kept as long as both ends keep it. */
export class UpstreamAgent extends Agent {
  readonly #options: UpstreamOptions
  #first: Socket | null
  #over = false

  constructor(options: UpstreamOptions) {
    super({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 })
    this.#options = options
    this.#first = options.first
    this.#begin(options.first)
  }

  /** Half an end is an end: nothing more is asked by it. One that carries an answer may still be read to its end. */
  #begin(socket: Socket): void {
    this.#options.onSocket(socket)
    socket.on('end', () => {
      const idle = Object.values(this.freeSockets).some((sockets) => sockets?.includes(socket))
      if (idle || socket === this.#first) socket.destroy()
      else socket.end()
    })
  }

  override createConnection(
    _options: unknown,
    done?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | undefined {
    const first = this.#first
    this.#first = null
    if (first?.writable === true && !first.readableEnded) return first
    first?.destroy()
    // Node's own takes an error alone, its types do not.
    const settle = done as ((error: Error | null, socket?: Duplex) => void) | undefined
    this.#options.redial().then((dialled) => {
      if (!dialled.ok) settle?.(new DialProblem(dialled.code))
      else if (this.#over) {
        dialled.socket.destroy()
        settle?.(new DialProblem('ECANCELED'))
      } else {
        this.#begin(dialled.socket)
        settle?.(null, dialled.socket)
      }
    })
    return undefined
  }

  /** Node's own would ask the kernel for probes after each request, and close by the destination's hint. */
  override keepSocketAlive(): boolean {
    return true
  }

  override destroy(): void {
    this.#over = true
    this.#first?.destroy()
    super.destroy()
  }
}
