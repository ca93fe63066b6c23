import { settledWithin, systemTimers, type Timers } from './timers.ts'

export interface StoppableServer {
  kill(signal: NodeJS.Signals): void
  /** Settles, either way, when the server is gone. */
  readonly exited: Promise<unknown>
}

export interface StopOptions {
  readonly server: StoppableServer
  /** The server's stdin was closed: it knows that it should end. If not, there is nothing to wait for. */
  readonly stdinEnded: boolean
  readonly timers?: Timers
  /** How long each step is given, in milliseconds. */
  readonly graceMs?: number
}

export type StopResult = 'exited' | 'terminated' | 'killed'

/**
 * Ends a stdio server as the MCP specification's shutdown says: its stdin is closed (by the caller), wait,
 * SIGTERM, wait, SIGKILL. Never waits longer than three times `graceMs`.
 */
export async function stopServer(options: StopOptions): Promise<StopResult> {
  const { server, stdinEnded, timers = systemTimers, graceMs = 2000 } = options
  let gone = false
  const exited = server.exited.then(
    () => {
      gone = true
    },
    () => {
      gone = true
    },
  )
  // Lets an exit that already happened be seen before any signal is sent.
  await null
  if (!gone && stdinEnded) await settledWithin(exited, graceMs, timers)
  if (gone) return 'exited'
  signal(server, 'SIGTERM')
  await settledWithin(exited, graceMs, timers)
  if (gone) return 'terminated'
  signal(server, 'SIGKILL')
  await settledWithin(exited, graceMs, timers)
  return 'killed'
}

function signal(server: StoppableServer, name: NodeJS.Signals): void {
  try {
    server.kill(name)
  } catch {
    // It ended between the look and the signal.
  }
}
