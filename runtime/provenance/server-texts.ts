import { StringDecoder } from 'node:string_decoder'
import { unescaped } from './unescaped.ts'

const MAX_HELD = 65_536
/** No value is longer. */
const OVERLAP = 2048

/**
 * What the server's lines say, with the escapes of JSON undone: results, descriptions, log messages, names. No line
 * has to be JSON. A line is given out at its end, which nobody can read it before; a long one in overlapping pieces.
 */
export class ServerTexts {
  readonly #onText: (text: string) => void
  readonly #decoder = new StringDecoder('utf8')
  #held = ''

  constructor(onText: (text: string) => void) {
    this.#onText = onText
  }

  push(bytes: Buffer): void {
    const text = this.#decoder.write(bytes)
    const ended = text.lastIndexOf('\n') + 1
    if (ended > 0) this.#give(this.#held + text.slice(0, ended))
    this.#held = ended > 0 ? text.slice(ended) : this.#held + text
    if (this.#held.length < MAX_HELD) return
    this.#give(this.#held)
    this.#held = this.#held.slice(-OVERLAP)
  }

  #give(text: string): void {
    this.#onText(unescaped(text))
  }
}
