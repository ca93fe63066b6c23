import type { Readable, Writable } from 'node:stream'
import { LineLimit } from './line-limit.ts'

const NEWLINE = 0x0a

export interface PumpOptions {
  readonly source: Readable
  readonly destination: Writable
  readonly maxLineBytes: number
  /** Sees every byte, in order, after it was written. */
  look(bytes: Buffer): void
  /** Something waits for the end of the line at hand. */
  wantsLineEnd?(): boolean
  /** The destination is between two lines; what is written to it now stands alone. */
  atLineEnd?(): void
  /** The source ended, in whatever way; all it gave was written (if not yet flushed). */
  onEnd(): void
  /** A line is longer than `maxLineBytes`; neither it nor what follows is written. */
  onTooLong(): void
  /** The destination takes no more. What the source still gives is thrown away, until its end. */
  onGone(): void
}

/** Carries one direction: each chunk at once and unchanged, never faster than the destination takes it. */
export class Pump {
  readonly #options: PumpOptions
  readonly #limit: LineLimit
  #state: 'open' | 'gone' | 'ended' = 'open'

  constructor(options: PumpOptions) {
    this.#options = options
    this.#limit = new LineLimit(options.maxLineBytes)
    const { source, destination } = options
    // These listeners stay for good: an error that comes late must not end the process.
    destination.on('error', () => this.#gone())
    destination.on('close', () => this.#gone())
    destination.on('drain', () => this.#drained())
    source.on('error', () => this.#ended())
    source.on('end', () => this.#ended())
    source.on('close', () => this.#ended())
    source.on('data', this.#onData)
    // Streams that are over already say nothing more.
    queueMicrotask(() => {
      if (destination.destroyed) this.#gone()
      if (source.destroyed || source.readableEnded) this.#ended()
    })
  }

  /** The destination is between two lines and has room. */
  get isBetweenLines(): boolean {
    const { destination } = this.#options
    return this.#limit.atLineStart && destination.writable && !destination.writableNeedDrain
  }

  get atLineStart(): boolean {
    return this.#limit.atLineStart
  }

  /** Reads no more. */
  stop(): void {
    this.#state = 'ended'
    this.#options.source.off('data', this.#onData)
    this.#options.source.pause()
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#state !== 'open') return
    const { source, destination, onTooLong } = this.#options
    const end = this.#firstLineEnd(chunk)
    const isCarried = this.#forward(chunk.subarray(0, end)) && this.#forward(chunk.subarray(end))
    if (!isCarried) {
      this.stop()
      onTooLong()
    } else if (this.#state === 'open' && destination.writableNeedDrain) source.pause()
  }

  /** How much of the chunk belongs to the line at hand, if something waits for its end; else all. */
  #firstLineEnd(chunk: Buffer): number {
    if (!this.#options.wantsLineEnd?.()) return chunk.length
    const newline = chunk.indexOf(NEWLINE)
    return newline < 0 ? chunk.length : newline + 1
  }

  #forward(bytes: Buffer): boolean {
    if (bytes.length === 0) return true
    const { destination, look, atLineEnd } = this.#options
    const admitted = this.#limit.admit(bytes)
    const passed = bytes.subarray(0, admitted)
    if (passed.length > 0) {
      destination.write(passed)
      look(passed)
      if (this.#limit.atLineStart) atLineEnd?.()
    }
    return admitted === bytes.length
  }

  #drained(): void {
    if (this.#limit.atLineStart) this.#options.atLineEnd?.()
    if (this.#state === 'open' && !this.#options.destination.writableNeedDrain) this.#options.source.resume()
  }

  #gone(): void {
    if (this.#state !== 'open') return
    this.#state = 'gone'
    this.#options.source.resume()
    this.#options.onGone()
  }

  #ended(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    this.#options.onEnd()
  }
}
