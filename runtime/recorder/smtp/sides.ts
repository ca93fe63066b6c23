import type { Socket } from 'node:net'
import type { FlowCounts } from '../../model/flow.ts'
import type { ConnectionEnd } from '../inspect/connection-end.ts'
import { LineReader } from './line-reader.ts'
import { refusal } from './words.ts'

/** Of a command or an answer: RFC 5321 (4.5.3.1) asks for 512 bytes, extensions and tokens for more. */
export const MAX_LINE = 12_288
const MAX_ANSWER_LINES = 512
/** A client that goes on sending is listened to this long, so that it comes to read the answer. */
const LINGER_MS = 2000

/** The two ends of a connection of SMTP: what one says is carried to the other by whoever asks for it. */
export class Sides {
  readonly #end: ConnectionEnd
  #client: Socket
  #upstream: Socket
  #far: LineReader
  #sent = 0
  #received = 0
  /** The client's lines. */
  near: LineReader

  constructor(client: Socket, upstream: Socket, end: ConnectionEnd) {
    this.#end = end
    this.#client = client
    this.#upstream = upstream
    this.near = new LineReader(client)
    this.#far = new LineReader(upstream)
    this.#watch()
  }

  get sockets(): { readonly client: Socket; readonly upstream: Socket } {
    return { client: this.#client, upstream: this.#upstream }
  }

  /** Without what TLS adds. */
  counts(): FlowCounts {
    return { bytesSent: this.#sent, bytesReceived: this.#received }
  }

  /** From here on the same two are spoken to over TLS. */
  secured(client: Socket, upstream: Socket): void {
    this.#client = client
    this.#upstream = upstream
    this.near = new LineReader(client)
    this.#far = new LineReader(upstream)
    this.#watch()
  }

  /** Resolves when more may be sent. */
  async send(bytes: Buffer): Promise<void> {
    this.#sent += bytes.length
    await written(this.#upstream, bytes)
  }

  /** Sends a command and carries its answer; gives the answer's code, null where none came. */
  async ask(command: string, edit?: (line: string) => string | null): Promise<number | null> {
    await this.send(Buffer.from(`${command}\r\n`, 'latin1'))
    return this.answer(edit)
  }

  /** `edit`: a line as the client gets it; null: not at all. */
  async answer(edit: (line: string) => string | null = (line) => line): Promise<number | null> {
    const lines: string[] = []
    for (let count = 0; count < MAX_ANSWER_LINES; count++) {
      const line = (await this.#far.line(MAX_LINE))?.toString('latin1')
      const [, code, more] = /^([2-5]\d\d)(?:([ -])|$)/.exec(line ?? '') ?? []
      if (line === undefined || code === undefined) return null
      this.#received += line.length + 2
      const shown = edit(line)
      if (shown !== null) lines.push(shown)
      if (more === '-') continue
      await written(this.#client, Buffer.from(answerOf(lines), 'latin1'))
      return Number(code)
    }
    return null
  }

  /** The recorder's own answer; true, since the conversation goes on: once there is room for more of them. */
  async refuse(code: number, status: string, lines: readonly string[]): Promise<true> {
    await written(this.#client, refusal(code, status, lines))
    return true
  }

  tell(line: string): void {
    this.#client.write(`${line}\r\n`)
  }

  /** Nothing more is carried; what was said is. */
  close(): void {
    const client = this.#client
    this.#upstream.end()
    if (client.destroyed) return
    client.end()
    client.resume()
    const timer = setTimeout(() => client.destroy(), LINGER_MS)
    client.once('close', () => clearTimeout(timer))
  }

  /** The client is gone: what it had sent still goes out. */
  drain(): void {
    this.#upstream.end()
  }

  destroy(): void {
    this.#client.destroy()
    this.#upstream.destroy()
  }

  #watch(): void {
    const [client, upstream] = [this.#client, this.#upstream]
    const cut = (side: string, { code }: NodeJS.ErrnoException): void => {
      this.#end.cut(`reset by ${side} (${code ?? 'error'})`)
    }
    client.on('error', (error) => cut('server', error))
    upstream.on('error', (error) => cut('destination', error))
    client.once('close', () => {
      // TLS took it over.
      if (client !== this.#client) return
      this.#upstream.destroySoon()
      this.#end.closed()
    })
    if (client.destroyed) this.#end.closed()
  }
}

/** Resolves when the socket takes more, or nothing any more. */
async function written(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.write(bytes) || socket.destroyed) return
  await new Promise<void>((resolve) => {
    const settle = (): void => {
      socket.off('drain', settle).off('close', settle)
      resolve()
    }
    socket.on('drain', settle).on('close', settle)
  })
}

/** What was left out of an answer may have been its last line, which has another mark. */
function answerOf(lines: readonly string[]): string {
  const last = lines.length - 1
  return lines
    .map((line, index) => `${line.slice(0, 3)}${index < last ? '-' : ' '}${line.slice(4)}\r\n`)
    .join('')
}
