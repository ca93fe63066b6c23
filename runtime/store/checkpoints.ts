import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { CheckpointResult, WorkerTask } from './messages.ts'

/** Pages in the WAL at which a checkpoint is asked for: 16 MiB. */
const ENOUGH_PAGES = 8_192

/**
 * Decides when the WAL is moved into the file. A thread of its own does it, so that no commit waits for the disk:
 * the first time that it is needed, which a short session never reaches.
 */
export class Checkpoints {
  readonly #task: WorkerTask & { task: 'checkpoint' }
  #thread: Worker | undefined
  #running = false
  #pages = 0

  constructor({ file, server }: { file: string; server: string }) {
    this.#task = { task: 'checkpoint', file, server }
  }

  /** Estimates what a transaction added; each checkpoint's result corrects the sum. */
  committed(entries: number): void {
    this.#pages += 2 + entries / 4
    if (this.#pages >= ENOUGH_PAGES && !this.#running) this.#run()
  }

  /** Resolves when the thread has closed its connection. */
  async end(): Promise<void> {
    const thread = this.#thread
    if (thread === undefined) return
    const ended = new Promise((resolve) => thread.once('exit', resolve))
    thread.postMessage('close')
    await ended
  }

  #run(): void {
    this.#thread ??= this.#start()
    this.#running = true
    this.#pages = 0
    this.#thread.postMessage('run')
  }

  #start(): Worker {
    const thread = new Worker(fileURLToPath(import.meta.url), {
      workerData: this.#task,
      stdout: true,
      stderr: true,
    })
    thread.on('message', ({ log, checkpointed }: CheckpointResult) => {
      this.#running = false
      this.#pages += log - checkpointed
    })
    // A checkpoint that cannot be done leaves the WAL to grow; if the disk is at fault, commits will say so.
    thread.on('error', () => undefined)
    thread.unref()
    return thread
  }
}
