import type { Readable, Writable } from 'node:stream'
import type { CallTracker } from './call-tracker.ts'
import type { Direction, LineObserver } from './line-look.ts'
import type { OnListed } from './listed-tools.ts'
import type { ReadOnlyGate } from './read-only-gate.ts'
import type { Timers } from './timers.ts'

export interface BridgeOptions {
  /** mcp-run's own streams. */
  readonly client: { readonly stdin: Readable; readonly stdout: Writable; readonly stderr: Writable }
  /** The sandboxed server's. */
  readonly server: { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable }
  /** For the prefix on stderr. */
  readonly serverName: string
  /** Bytes in one line, either way; 64 MiB. */
  readonly maxLineBytes?: number
  readonly onLine?: LineObserver
  /** Where it is given, it is told of every message. */
  readonly calls?: CallTracker
  /**
   * Hears every byte of both directions in the tick in which it is passed on, mcp-run's own log messages among the
   * server's.
   */
  readonly overhear?: Overhear
  /** Where it is given, every line of both directions is passed on as a whole, as it says. */
  readonly gate?: ReadOnlyGate
  /** Told of the tools in each answer to `tools/list`. */
  readonly onListed?: OnListed
  readonly timers?: Timers
}

export interface Overhear {
  fromClient(bytes: Buffer): void
  fromServer(bytes: Buffer): void
}

export type BridgeOutcome =
  /** Its stdout ended, and all of it is with the client. */
  | { readonly reason: 'server-ended' }
  /** The client's stdout takes nothing more. The server's stdin was ended; its output is thrown away. */
  | { readonly reason: 'client-gone' }
  /** The streams between mcp-run and the server were closed. */
  | { readonly reason: 'line-too-long'; readonly direction: Direction; readonly maxLineBytes: number }

export interface Bridge {
  /**
   * Sends one MCP log message to the client, between two lines of the server's output, as soon as the client
   * takes it. False when it is known not to be sent. Strings in `data` are escaped here.
   */
  notify(level: 'info' | 'warning' | 'error', data: Record<string, unknown>): boolean
  /**
   * Adds a text to the result of a tool's call that is open (`Call.id`), escaped and cut to 500 characters. From now
   * until then the server's lines are passed on as wholes. False when it is known not to be shown: the result has
   * gone, or nothing follows the calls.
   */
  annotate(callId: string, text: string): boolean
  /** One line of mcp-run's own on stderr, escaped. */
  say(text: string): void
  /** How it ended. The server's stdin was ended by then, whatever the outcome. */
  readonly done: Promise<BridgeOutcome>
  /** The client's stdin has ended, or the client is gone; the server's stdin was ended too. */
  readonly clientClosed: Promise<void>
}
