import { type LogLevel, severityOf } from './log-level.ts'
import type { MessageFacts } from './message-facts.ts'

/** `later`: nothing says yet whether the client takes it. */
export type Takes = 'yes' | 'no' | 'later'

const DEFAULT_SEVERITY = severityOf('warning') as number
const MAX_OPEN_REQUESTS = 1024

/**
 * What the client's own lines say about log messages.
 *
 * Up to revision 2025-11-25: from `notifications/initialized` on, at or above the level of the last
 * `logging/setLevel`. In 2026-07-28 there is neither: a request opts in with a level in its `_meta`, and a
 * message may be sent only while such a request is in flight. A client of both eras probes with a request of
 * the newer kind and then falls back to `initialize`, so the last word decides.
 *
 * A server's line can only end a request's time, never begin one.
 */
export class ClientState {
  #era: 'unknown' | 'handshake' | 'per-request' = 'unknown'
  #initialized = false
  #severity = DEFAULT_SEVERITY
  /** Severity by request id, oldest first. */
  readonly #open = new Map<string, number>()
  #optedIn = false

  /** Whether the server's answers matter: some request has opted in. */
  get followsAnswers(): boolean {
    return this.#optedIn
  }

  fromClient(message: MessageFacts): void {
    const { method } = message
    if (method === undefined) return
    if (method === 'initialize') {
      this.#era = 'handshake'
      this.#initialized = false
      this.#severity = DEFAULT_SEVERITY
      this.#open.clear()
    } else if (method === 'notifications/initialized') {
      this.#era = 'handshake'
      this.#initialized = true
    } else if (method === 'logging/setLevel') {
      this.#severity = severityOf(message.level) ?? this.#severity
    } else if (method === 'notifications/cancelled') {
      if (message.requestId !== undefined) this.#open.delete(message.requestId)
    } else if (message.id !== undefined && message.protocolVersion !== undefined) {
      this.#era = 'per-request'
      this.#requestOpened(message.id, message)
    }
  }

  fromServer(message: MessageFacts): void {
    if (message.isResponse && message.id !== undefined) this.#open.delete(message.id)
  }

  takes(level: LogLevel): Takes {
    const severity = severityOf(level) as number
    if (this.#era === 'handshake') {
      if (!this.#initialized) return 'later'
      return severity >= this.#severity ? 'yes' : 'no'
    }
    if (this.#open.size === 0) return 'later'
    for (const wanted of this.#open.values()) if (severity >= wanted) return 'yes'
    return 'no'
  }

  #requestOpened(id: string, message: MessageFacts): void {
    const severity = severityOf(message.logLevel)
    // A subscription's stream carries only what its filter names, and log messages have no place in it.
    if (severity === null || message.method === 'subscriptions/listen') return
    this.#optedIn = true
    const oldest = this.#open.keys().next()
    if (this.#open.size >= MAX_OPEN_REQUESTS && !oldest.done) this.#open.delete(oldest.value)
    this.#open.set(id, severity)
  }
}
