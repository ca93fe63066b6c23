import type { Readable } from 'node:stream'
import type { Speaker } from './speaker.ts'
import { TextLines } from './text-lines.ts'
import type { Timers } from './timers.ts'

/** How long a line without an end is held back. */
const PARTIAL_MS = 200

export interface StderrRelayOptions {
  readonly source: Readable
  readonly speaker: Speaker
  readonly serverName: string
  readonly timers: Timers
}

/** Passes the server's stderr on, line by line. The promise resolves at its end, with all of it handed over. */
export function relayStderr({ source, speaker, serverName, timers }: StderrRelayOptions): Promise<void> {
  const lines = new TextLines()
  let timer: unknown = null

  const flush = () => {
    if (timer !== null) timers.clear(timer)
    timer = null
    speaker.pass(serverName, lines.flush())
  }
  source.on('data', (chunk: Buffer) => {
    speaker.pass(serverName, lines.push(chunk))
    if (lines.hasPartial) timer ??= timers.set(flush, PARTIAL_MS)
    else flush()
    if (!speaker.isFull) return
    source.pause()
    speaker.onceRoom(() => source.resume())
  })
  // Whoever read its first lines, while the server was being started, left it paused.
  source.resume()
  return new Promise((resolve) => {
    const ended = () => {
      flush()
      resolve()
    }
    source.on('error', ended)
    source.on('close', ended)
    source.on('end', ended)
    if (source.destroyed || source.readableEnded) ended()
  })
}
