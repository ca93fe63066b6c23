import type { Reader } from '../body/reader.ts'
import type { Work } from '../work.ts'

/** Text of another charset, as UTF-8 to `inner`. */
export class Transcoder implements Reader {
  readonly #decoder: InstanceType<typeof TextDecoder>
  readonly #inner: Reader

  private constructor(decoder: InstanceType<typeof TextDecoder>, inner: Reader) {
    this.#decoder = decoder
    this.#inner = inner
  }

  /** Null, and noted, for a charset that is not known here. */
  static open(charset: string, inner: Reader, work: Work): Transcoder | null {
    try {
      return new Transcoder(new TextDecoder(charset), inner)
    } catch {
      work.note(`charset ${charset.replace(/[^\w.:-]/g, '').slice(0, 32)}`)
      return null
    }
  }

  push(bytes: Buffer): void {
    this.#give(this.#decoder.decode(bytes, { stream: true }))
  }

  end(): void {
    this.#give(this.#decoder.decode())
    this.#inner.end()
  }

  #give(text: string): void {
    if (text !== '') this.#inner.push(Buffer.from(text, 'utf8'))
  }
}
