import { poll } from './libc.ts'

const POLLIN = 1

/** Waits off the event loop's thread until something can be read. False after `timeoutMs`; -1 waits for ever. */
export function readable(fd: number, timeoutMs: number): Promise<boolean> {
  const request = Buffer.alloc(8)
  request.writeInt32LE(fd, 0)
  request.writeInt16LE(POLLIN, 4)
  return new Promise((resolve, reject) => {
    poll.async(request, 1, timeoutMs, (error: Error | null) => {
      if (error) reject(error)
      else resolve(request.readInt16LE(6) !== 0)
    })
  })
}
