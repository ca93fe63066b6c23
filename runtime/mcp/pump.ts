import type { Readable, Writable } from 'node:stream'
import { LineLimit } from './line-limit.ts'

const NEWLINE = 0x0a

export interface PumpOptions {
  readonly source: Readable
  readonly destination: Writable
  readonly maxLineBytes: number
  /** Sees every byte, in order, after it was written, and what was written in its place. */
  look(bytes: Buffer, written: Buffer): void
  /** Lines are to be passed on as wholes from the next one on, through `rewrite`. */
  wantsLines?(): boolean
  /** What goes out in place of a whole line, its newline included; of the last line, which may lack it, too. */
  rewrite?(line: Buffer): Buffer
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

/**
 * Carries one direction: each chunk at once and unchanged, never faster than the destination takes it. Only where lines
 * are wanted is each held until its end, which `maxLineBytes` bounds.
 */
export class Pump {
  readonly #options: PumpOptions
  readonly #limit: LineLimit
  #held: Buffer[] = []
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
    return this.atLineStart && destination.writable && !destination.writableNeedDrain
  }

  /** What was passed on ends with a line. */
  get atLineStart(): boolean {
    return this.#limit.atLineStart || this.#held.length > 0
  }

  /** Reads no more. */
  stop(): void {
    this.#state = 'ended'
    this.#held = []
    this.#options.source.off('data', this.#onData)
    this.#options.source.pause()
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#state !== 'open') return
    const { source, destination, onTooLong } = this.#options
    if (!this.#carry(chunk)) {
      this.stop()
      onTooLong()
    } else if (this.#state === 'open' && destination.writableNeedDrain) source.pause()
  }

  /** False when a line is too long. */
  #carry(chunk: Buffer): boolean {
    const { wantsLines, wantsLineEnd } = this.#options
    for (let at = 0; at < chunk.length; ) {
      const wanted = this.#held.length > 0 || wantsLines?.() === true
      const holds = wanted && this.atLineStart
      const toLineEnd = wanted || (at === 0 && wantsLineEnd?.() === true)
      const end = toLineEnd ? lineEnd(chunk, at) : chunk.length
      if (!this.#forward(chunk.subarray(at, end), holds)) return false
      at = end
    }
    return true
  }

  #forward(bytes: Buffer, holds: boolean): boolean {
    const admitted = this.#limit.admit(bytes)
    const passed = bytes.subarray(0, admitted)
    if (passed.length > 0) {
      if (holds) this.#hold(passed)
      else this.#pass(passed, passed)
    }
    return admitted === bytes.length
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes)
    if (!this.#limit.atLineStart) return
    this.#passHeld()
  }

  #passHeld(): void {
    const line = Buffer.concat(this.#held)
    this.#held = []
    this.#pass(line, this.#options.rewrite?.(line) ?? line)
  }

  #pass(bytes: Buffer, written: Buffer): void {
    const { destination, look, atLineEnd } = this.#options
    if (written.length > 0) destination.write(written)
    look(bytes, written)
    if (this.#limit.atLineStart) atLineEnd?.()
  }

  #drained(): void {
    if (this.atLineStart) this.#options.atLineEnd?.()
    if (this.#state === 'open' && !this.#options.destination.writableNeedDrain) this.#options.source.resume()
  }

  #gone(): void {
    if (this.#state !== 'open') return
    this.#state = 'gone'
    this.#held = []
    this.#options.source.resume()
    this.#options.onGone()
  }

  #ended(): void {
    if (this.#state === 'ended') return
    if (this.#held.length > 0) this.#passHeld()
    this.#state = 'ended'
    this.#options.onEnd()
  }
}

/** Behind the next newline; the end where there is none. */
function lineEnd(bytes: Buffer, from: number): number {
  const newline = bytes.indexOf(NEWLINE, from)
  return newline < 0 ? bytes.length : newline + 1
}
