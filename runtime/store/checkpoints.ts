import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { CheckpointResult, CheckpointTask } from './messages.ts'

/** Pages in the WAL at which a checkpoint is asked for: 16 MiB. */
const ENOUGH_PAGES = 8_192

/**
 * Decides when the WAL is moved into the file. A thread of its own does it, so that no commit waits for the disk:
 * the first time that it is needed, which a short session never reaches.
 */
export class Checkpoints {
  readonly #task: CheckpointTask
  #thread: Worker | undefined
  #ended: Promise<unknown> = Promise.resolve()
  #running = false
  #pages = 0

  constructor({ file, server }: CheckpointTask) {
    this.#task = { file, server }
  }

  /** Estimates what a transaction added; each checkpoint's result corrects the sum. */
  committed(entries: number): void {
    this.#pages += 2 + entries / 4
    if (this.#pages >= ENOUGH_PAGES && !this.#running) this.#run()
  }

  /** Resolves when the thread has closed its connection. */
  async end(): Promise<void> {
    this.#thread?.postMessage('close')
    await this.#ended
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
    // Heard from the start: a thread that failed has ended before it is asked to.
    this.#ended = new Promise((resolve) => thread.once('exit', resolve))
    // A checkpoint that cannot be done leaves the WAL to grow; if the disk is at fault, commits will say so.
    thread.on('error', () => undefined)
    thread.unref()
    return thread
  }
}
