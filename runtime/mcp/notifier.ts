import type { ClientState } from './client-state.ts'
import type { LogLevel } from './log-level.ts'
import { logMessageLine } from './log-message.ts'

const MAX_WAITING = 64

/** Where the messages go. */
export interface NotifierPort {
  /** The client's stream is between two lines and takes more without piling up. */
  ready(): boolean
  write(line: Buffer): void
}

/** Holds log messages until the client takes them and its stream is between two lines; at most 64. */
export class Notifier {
  readonly #state: ClientState
  readonly #port: NotifierPort
  readonly #waiting: { level: LogLevel; line: Buffer }[] = []
  #closed = false

  constructor(state: ClientState, port: NotifierPort) {
    this.#state = state
    this.#port = port
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** False when the message is known not to be sent: below the client's level, no room, or the end. */
  send(level: LogLevel, data: Readonly<Record<string, unknown>>): boolean {
    if (this.#closed || this.#waiting.length >= MAX_WAITING || this.#state.takes(level) === 'no') return false
    this.#waiting.push({ level, line: logMessageLine(level, data) })
    this.flush()
    return true
  }

  /** To be called when the client's state changed, at a line's end, and when its stream takes more again. */
  flush(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#port.ready(); next = this.#waiting[0]) {
      const takes = this.#state.takes(next.level)
      if (takes === 'later') return
      this.#waiting.shift()
      if (takes === 'yes') this.#port.write(next.line)
    }
  }

  close(): void {
    this.#closed = true
    this.#waiting.length = 0
  }
}
