import { JsonWalk } from '../payload/json-walk.ts'

const NEWLINE = 0x0a

/**
 * The texts in the client's lines, names of members too: every scalar that its requests and answers carry, as soon as
 * it is whole. What is the protocol's own is left out: that a call is the client's seventh explains no 7.
 */
export class ClientTexts {
  readonly #onTexts: (texts: readonly string[]) => void
  #walk: JsonWalk | null = null
  #texts: string[] = []

  constructor(onTexts: (texts: readonly string[]) => void) {
    this.#onTexts = onTexts
  }

  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const newline = bytes.indexOf(NEWLINE, at)
      const end = newline < 0 ? bytes.length : newline
      this.#walk ??= new JsonWalk((pointer, text, type) => {
        const isEmpty = type === 'literal' && EMPTY.has(text)
        if (!isEmpty && !PROTOCOL.test(pointer)) this.#texts.push(text)
      })
      this.#walk.push(bytes.subarray(at, end))
      // What one line leaves open is no part of the next.
      if (newline >= 0) this.end()
      at = end + 1
    }
    this.#give()
  }

  /** The line at hand is over. */
  end(): void {
    this.#walk?.end()
    this.#walk = null
    this.#give()
  }

  #give(): void {
    if (this.#texts.length > 0) this.#onTexts(this.#texts)
    this.#texts = []
  }
}

const EMPTY = new Set(['true', 'false', 'null'])
/** Of a message, or of one in a batch. */
const PROTOCOL =
  /^(?:\/\d+)?\/(?:jsonrpc|id|method|params\/(?:requestId|progressToken|_meta\/progressToken))$/
