import type { Spot } from '../spot.ts'
import type { Message, Reader } from './reader.ts'

/** Compressed content without a Content-Encoding: gathered whole, to be undone at its end. */
export class GatheredReader implements Reader {
  readonly #message: Message
  readonly #spot: Spot
  readonly #chunks: Buffer[] = []
  #size = 0

  constructor(message: Message, spot: Spot) {
    this.#message = message
    this.#spot = spot
  }

  push(bytes: Buffer): void {
    this.#size += bytes.length
    if (this.#size > MAX_BYTES) this.#chunks.length = 0
    else this.#chunks.push(Buffer.from(bytes))
  }

  end(): void {
    if (this.#size > MAX_BYTES) this.#message.work.note('compressed content of more than 1 MiB')
    else this.#message.unfold.bytes(Buffer.concat(this.#chunks), { ...this.#spot, whole: false })
  }
}

const MAX_BYTES = 1_048_576
