import type { Readable, Writable } from 'node:stream'
import type { Direction, LineObserver } from './line-look.ts'
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
  readonly timers?: Timers
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
  /** One line of mcp-run's own on stderr, escaped. */
  say(text: string): void
  /** How it ended. The server's stdin was ended by then, whatever the outcome. */
  readonly done: Promise<BridgeOutcome>
  /** The client's stdin has ended, or the client is gone; the server's stdin was ended too. */
  readonly clientClosed: Promise<void>
}
