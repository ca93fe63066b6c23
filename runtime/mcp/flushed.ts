import type { Writable } from 'node:stream'

const NOTHING = Buffer.alloc(0)

/** True when all that was written is with the operating system; false when it can never be. */
export function flushed(stream: Writable): Promise<boolean> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0) return resolve(true)
    if (!stream.writable) return resolve(false)
    stream.once('close', () => resolve(false))
    stream.once('error', () => resolve(false))
    stream.write(NOTHING, (error) => resolve(error === null || error === undefined))
  })
}
