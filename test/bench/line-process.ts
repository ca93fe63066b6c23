import type { ChildProcess } from 'node:child_process'
import { within } from '../fixtures/internet/deadline.ts'

/** Of every command the longest takes two seconds. */
const ANSWER_MS = 60_000

/** A program that answers each line with a line of JSON. */
export class LineProcess {
  readonly #child: ChildProcess
  readonly #waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = []
  #text = ''
  #errors = ''

  constructor(child: ChildProcess) {
    this.#child = child
    child.stdin?.on('error', () => undefined)
    child.stderr?.on('data', (chunk) => {
      this.#errors = `${this.#errors}${chunk}`.slice(-2000)
    })
    child.stdout?.on('data', (chunk) => this.#take(String(chunk)))
    child.once('error', (error) => this.#fail(error.message))
    child.once('exit', (code, signal) => this.#fail(`ended (${code ?? signal})`))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** The last of what it wrote to stderr. */
  get errors(): string {
    return this.#errors.trim()
  }

  /** The answer's numbers. Rejects with the program's stderr when it ends instead. */
  async ask<Name extends string>(command: string): Promise<Record<Name, number>> {
    const answer = new Promise<string>((resolve, reject) => this.#waiting.push({ resolve, reject }))
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) this.#fail('has ended')
    else this.#child.stdin?.write(`${command}\n`)
    return JSON.parse(await within(ANSWER_MS, answer, () => `${command}: no answer: ${this.#errors.trim()}`))
  }

  /** Closes its stdin, at which it ends. */
  end(): void {
    this.#child.stdin?.end()
  }

  #take(chunk: string): void {
    this.#text += chunk
    for (let end = this.#text.indexOf('\n'); end >= 0; end = this.#text.indexOf('\n')) {
      this.#waiting.shift()?.resolve(this.#text.slice(0, end))
      this.#text = this.#text.slice(end + 1)
    }
  }

  #fail(why: string): void {
    const error = new Error(`${this.#child.spawnargs.join(' ')}: ${why}: ${this.#errors.trim()}`)
    for (const { reject } of this.#waiting.splice(0)) reject(error)
  }
}
