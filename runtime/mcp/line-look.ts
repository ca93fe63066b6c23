import { escapeText } from '../model/text.ts'
import { LineHeads } from './line-heads.ts'
import { lineKind } from './line-kind.ts'
import type { MessageScan } from './message-scan.ts'
import { Utf8Check } from './utf8-check.ts'

export type Direction = 'to-server' | 'to-client'

/**
 * Sees each line after it was passed on. `line` is without its newline and holds at most the first 64 KiB;
 * `length` is the whole line's, in bytes. `line` may share memory with what is being sent: not to be changed.
 */
export type LineObserver = (direction: Direction, line: Buffer, length: number) => void

export const MAX_OBSERVED_BYTES = 64 * 1024
const PREVIEW_BYTES = 256

export interface LineLookOptions {
  readonly direction: Direction
  readonly observer: LineObserver | undefined
  /** What becomes of a line that is no message: the end of a sentence. */
  readonly fate?: string
  /** Takes one sentence for a person. */
  readonly warn: (text: string) => void
}

const SUBJECT: Record<Direction, string> = {
  'to-server': "the client's input",
  'to-client': "the server's stdout",
}

/**
 * Looks at one direction's bytes, which are on their way already, and changes nothing. Warns once if they
 * aren't UTF-8 and once if a line can't be JSON-RPC; what no one needs any more isn't looked at.
 */
export class LineLook {
  readonly #options: LineLookOptions
  readonly #utf8 = new Utf8Check()
  readonly #heads: LineHeads
  #isUtf8 = true
  #isMessages = true
  #scan: MessageScan | null = null

  constructor(options: LineLookOptions) {
    this.#options = options
    const maxHead = options.observer === undefined ? PREVIEW_BYTES : MAX_OBSERVED_BYTES
    this.#heads = new LineHeads(maxHead, (head, length) => this.#onLine(head, length))
  }

  /** From here on `scan` reads along. */
  follow(scan: MessageScan): void {
    this.#scan = scan
  }

  push(bytes: Buffer): void {
    this.#scan?.push(bytes)
    if (this.#isUtf8 && !this.#utf8.push(bytes)) this.#notUtf8()
    if (this.#isMessages || this.#options.observer !== undefined) this.#heads.push(bytes)
  }

  /** The direction ended. */
  end(): void {
    if (this.#isUtf8 && !this.#utf8.end()) this.#notUtf8()
    if (this.#isMessages || this.#options.observer !== undefined) this.#heads.end()
  }

  get #fate(): string {
    return this.#options.fate ?? 'passed on unchanged'
  }

  #onLine(head: Buffer, length: number): void {
    const { direction, observer } = this.#options
    if (this.#isMessages && lineKind(head, length) === 'other') this.#notMessages(head)
    observer?.(direction, head, length)
  }

  #notUtf8(): void {
    this.#isUtf8 = false
    const { direction, warn } = this.#options
    warn(`${SUBJECT[direction]} is not valid UTF-8; ${this.#fate}, said once`)
  }

  #notMessages(head: Buffer): void {
    this.#isMessages = false
    const preview = escapeText(head.toString('utf8', 0, PREVIEW_BYTES).trim().slice(0, 80))
    const subject = SUBJECT[this.#options.direction]
    this.#options.warn(
      `${subject} has a line that is not JSON-RPC; ${this.#fate}, said once; it begins: ${preview}`,
    )
  }
}
