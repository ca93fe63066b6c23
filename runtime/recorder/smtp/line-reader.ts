import type { Socket } from 'node:net'

/** What came is no line as RFC 5321 (2.3.8) has it: servers differ in what they make of it. */
export class BrokenLine extends Error {
  /** The start of it. */
  readonly bytes: Buffer

  constructor(bytes: Buffer) {
    super('not a line of SMTP')
    this.bytes = bytes.subarray(0, 512)
  }
}

/** Reads one side of a conversation in lines that end in CR LF. Nothing else may listen to the socket's data. */
export class LineReader {
  readonly #socket: Socket
  #rest: Buffer = Buffer.alloc(0)

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** Something is here that nobody has read. */
  get ahead(): boolean {
    return this.#rest.length > 0 || this.#socket.readableLength > 0
  }

  /** The next line without its end; null when the side has ended. Throws BrokenLine. `longest`: in bytes. */
  async line(longest: number): Promise<Buffer | null> {
    for (;;) {
      const line = this.next(longest)
      if (line !== null) return line
      if (!(await this.more())) return null
    }
  }

  /** As `line`, of what is here already; null: it is not whole yet. */
  next(longest: number): Buffer | null {
    const end = this.#rest.indexOf(LF)
    const line = this.#rest.subarray(0, end < 0 ? this.#rest.length : end - 1)
    const broken = end === 0 || (end > 0 && (this.#rest[end - 1] !== CR || line.includes(CR)))
    if (broken || line.length > longest) throw new BrokenLine(this.#rest)
    if (end < 0) return null
    this.#rest = this.#rest.subarray(end + 1)
    return line
  }

  /** Waits for bytes; false: none will come. */
  async more(): Promise<boolean> {
    for (;;) {
      const chunk: Buffer | null = this.#socket.read()
      if (chunk !== null) {
        this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
        return true
      }
      if (this.#socket.readableEnded || this.#socket.destroyed) return false
      await readable(this.#socket)
    }
  }
}

function readable(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      for (const event of EVENTS) socket.off(event, settle)
      resolve()
    }
    for (const event of EVENTS) socket.on(event, settle)
  })
}

const EVENTS = ['readable', 'end', 'close', 'error'] as const
const LF = 0x0a
const CR = 0x0d
