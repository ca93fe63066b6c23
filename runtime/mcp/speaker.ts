import type { Writable } from 'node:stream'
import { escapeText } from '../model/text.ts'

const MAX_PENDING_BYTES = 1024 * 1024
const MAX_SAID = 4096

/** mcp-run's stderr: whole lines only, each marked with who speaks, and bounded when no one reads them. */
export class Speaker {
  readonly #stream: Writable
  #unsaid = 0
  readonly #waiting: (() => void)[] = []

  constructor(stream: Writable) {
    this.#stream = stream
    for (const event of ['drain', 'error', 'close']) stream.on(event, () => this.#roomAgain())
  }

  get isFull(): boolean {
    return this.#stream.writableNeedDrain
  }

  /** One line of mcp-run's own. */
  say(text: string): void {
    if (this.#stream.writableLength > MAX_PENDING_BYTES) this.#unsaid++
    else this.#write(`mcp-run: ${escapeText(text, MAX_SAID)}\n`)
  }

  /** Lines of the server's: the caller stops giving them while `isFull`. */
  pass(server: string, lines: readonly string[]): void {
    if (lines.length === 0) return
    const prefix = `[${escapeText(server, 64)}] `
    this.#write(lines.map((line) => `${prefix}${escapeLine(line)}\n`).join(''))
  }

  /** Calls back when there is room again, or never will be. */
  onceRoom(callback: () => void): void {
    this.#waiting.push(callback)
  }

  #write(text: string): void {
    if (this.#stream.writable) this.#stream.write(text)
  }

  #roomAgain(): void {
    const count = this.#unsaid
    this.#unsaid = 0
    if (count > 0) this.say(`${count} lines were not shown, since stderr was not being read`)
    for (const callback of this.#waiting.splice(0)) callback()
  }
}

/** Tabs are common and harmless in stack traces; all else that can't be seen is written out. */
function escapeLine(line: string): string {
  const text = line.replaceAll('\t', '    ')
  return escapeText(text, text.length)
}
