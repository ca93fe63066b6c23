import type { Readable, Writable } from 'node:stream'

/** What a body passes by on its way. */
export interface BodyReader {
  /** Takes a chunk before it goes on; a promise is waited for. */
  write(chunk: Buffer): Promise<void> | void
}

/**
 * Carries the chunks of a body, each read before it goes on; what cannot be taken stops what comes (back-pressure),
 * and what nobody wants any more is dropped. The end is the caller's to carry. `onBytes`: the length of each chunk
 * that goes on.
 */
export function carryBody(
  from: Readable,
  to: Writable,
  reader: BodyReader,
  onBytes: (bytes: number) => void,
): void {
  const resume = (): void => {
    from.resume()
  }
  const write = (chunk: Buffer): boolean => {
    if (to.destroyed) return true
    onBytes(chunk.length)
    return to.write(chunk)
  }
  from.on('data', (chunk: Buffer) => {
    const read = reader.write(chunk)
    if (read === undefined) {
      if (!write(chunk)) pauseUntilDrained(from, to, resume)
      return
    }
    from.pause()
    read.then(
      () => {
        if (write(chunk)) resume()
        else pauseUntilDrained(from, to, resume)
      },
      // What cannot be read goes no further.
      () => to.destroy(),
    )
  })
}

function pauseUntilDrained(from: Readable, to: Writable, resume: () => void): void {
  from.pause()
  to.once('drain', resume)
}
