import type { Transform } from 'node:stream'
import * as zlib from 'node:zlib'
import type { Reader } from '../body/reader.ts'
import type { Work } from '../work.ts'
import { isZlib } from './compressed.ts'

/** Undoes a body's content encodings, streaming; one that cannot be undone is noted, and what follows is not read. */
export interface ContentDecoder {
  write(chunk: Buffer): Promise<void> | void
  end(): Promise<void>
}

/** `codings` as Content-Encoding has them: the last one is undone first. */
export function contentDecoder(codings: readonly string[], reader: Reader, work: Work): ContentDecoder {
  const wanted = codings.filter((coding) => !PLAIN.has(coding)).reverse()
  const strange = wanted.find((coding) => !canUndo(coding))
  if (strange !== undefined) {
    work.note(`encoding ${strange.replace(/[^\w.-]/g, '').slice(0, 32)}`)
    return UNREADABLE
  }
  if (wanted.length > MAX_CODINGS) {
    work.note('nested too deeply')
    return UNREADABLE
  }
  return wanted.length === 0 ? plainDecoder(reader, work) : new Decompressor(wanted, reader, work)
}

const PLAIN = new Set(['', 'identity'])
/** What is read before the work is asked again whether there is too much of it. */
const STEP_BYTES = 65_536
const MAX_CODINGS = 3
const UNREADABLE: ContentDecoder = { write: () => {}, end: async () => {} }

function plainDecoder(reader: Reader, work: Work): ContentDecoder {
  return {
    write: (chunk) => {
      for (let at = 0; at < chunk.length; at += STEP_BYTES) {
        const step = chunk.subarray(at, at + STEP_BYTES)
        if (!work.spend(step.length)) return
        reader.push(step)
      }
    },
    end: async () => reader.end(),
  }
}

class Decompressor implements ContentDecoder {
  readonly #codings: readonly string[]
  readonly #reader: Reader
  readonly #work: Work
  #first: Transform | null = null
  #ended: Promise<void> = Promise.resolve()
  /** Of raw and wrapped deflate the first two bytes decide. */
  #start: Buffer = Buffer.alloc(0)
  #over = false
  /** Ends the wait for a chunk, which a failing stage leaves. */
  #release = (): void => {}

  constructor(codings: readonly string[], reader: Reader, work: Work) {
    this.#codings = codings
    this.#reader = reader
    this.#work = work
  }

  write(chunk: Buffer): Promise<void> | void {
    if (this.#over || !this.#work.spend(chunk.length)) return
    if (this.#first !== null) return this.#give(chunk)
    this.#start = Buffer.concat([this.#start, chunk])
    if (this.#start.length < 2) return
    return this.#give(this.#open())
  }

  async end(): Promise<void> {
    if (this.#first === null && this.#start.length > 0) await this.#give(this.#open())
    this.#first?.end()
    await this.#ended
    this.#reader.end()
  }

  #give(bytes: Buffer): Promise<void> {
    return new Promise((resolve) => {
      const first = this.#first
      if (first === null || this.#over) return resolve()
      this.#release = resolve
      first.write(bytes, () => resolve())
    })
  }

  /** Chains a stage for each coding; returns what was held back for it. */
  #open(): Buffer {
    const start = this.#start
    this.#start = Buffer.alloc(0)
    const stages = this.#codings.map((coding, index) => newStage(coding, index === 0 ? start : null))
    this.#first = stages[0] ?? null
    for (const [index, stage] of stages.entries()) {
      const next = stages[index + 1]
      if (next !== undefined) stage.pipe(next)
    }
    this.#ended = new Promise((resolve) => {
      const stop = (): void => {
        this.#over = true
        for (const stage of stages) stage.destroy()
        this.#release()
        resolve()
      }
      for (const [index, stage] of stages.entries()) {
        stage.on('error', () => {
          if (!this.#over) this.#work.note(`damaged ${this.#codings[index]}`)
          stop()
        })
      }
      const last = stages.at(-1)
      last?.on('data', (bytes: Buffer) => {
        if (this.#over) return
        if (this.#work.spend(bytes.length)) this.#reader.push(bytes)
        else stop()
      })
      last?.on('end', resolve)
    })
    return start
  }
}

type NewStage = (start: Buffer | null) => Transform

const STAGES: Readonly<Record<string, NewStage | undefined>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  // Said to be zlib's format (RFC 9110, 8.4.1.2), and sent without its wrapping by some.
  deflate: (start) => (start === null || isZlib(start) ? zlib.createInflate() : zlib.createInflateRaw()),
  br: () => zlib.createBrotliDecompress(),
  zstd: zstdStage(),
}

function zstdStage(): NewStage | undefined {
  const create: unknown = Reflect.get(zlib, 'createZstdDecompress')
  return typeof create === 'function' ? () => create() as Transform : undefined
}

function canUndo(coding: string): boolean {
  return STAGES[coding] !== undefined
}

function newStage(coding: string, start: Buffer | null): Transform {
  const create = STAGES[coding]
  if (create === undefined) throw new Error(`no stage for ${coding}`)
  return create(start)
}
