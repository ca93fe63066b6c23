import type { Readable } from 'node:stream'
import type { BodyReader } from './carry-body.ts'
import type { HeldBytes } from './held-bytes.ts'
import { MAX_HELD_BODY } from './held-bytes.ts'

export type HeldBody =
  | { readonly kind: 'whole'; readonly chunks: readonly Buffer[]; readonly bytes: number }
  /** Longer than may be held, or there is no room. */
  | { readonly kind: 'too-long' }
  /** Its client gave up. */
  | { readonly kind: 'gone' }

/**
 * Reads a body to its end, and keeps it. `announced`: its length as its head says, null where it does not. The room
 * that it takes is the caller's to give back.
 */
export function holdBody(
  body: Readable,
  reader: BodyReader,
  room: HeldBytes,
  announced: number | null,
): Promise<HeldBody> {
  if (announced !== null && announced > MAX_HELD_BODY) return Promise.resolve({ kind: 'too-long' })
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const settle = (held: HeldBody): void => {
      body.off('data', onData).off('end', onEnd).off('close', onClose)
      if (held.kind !== 'whole') room.give(bytes)
      resolve(held)
    }
    const onData = (chunk: Buffer): void => {
      if (bytes + chunk.length > MAX_HELD_BODY || !room.take(chunk.length)) {
        settle({ kind: 'too-long' })
        return
      }
      bytes += chunk.length
      chunks.push(chunk)
      const read = reader.write(chunk)
      if (read === undefined) return
      body.pause()
      read.then(
        () => body.resume(),
        () => settle({ kind: 'gone' }),
      )
    }
    const onEnd = (): void => settle({ kind: 'whole', chunks, bytes })
    const onClose = (): void => settle({ kind: 'gone' })
    body.on('data', onData).on('end', onEnd).on('close', onClose)
    if (body.destroyed && !body.readableEnded) onClose()
  })
}
