import type { Readable } from 'node:stream'

/**
 * Has a process's output wait for its reader. Node reads and throws away what nobody reads when a process ends; and one
 * that has a line to say may have ended before anybody reads it.
 */
export function keepOutput(output: Readable): void {
  const wait = (): void => undefined
  const onListener = (event: string | symbol): void => {
    if (event !== 'data') return
    output.off('newListener', onListener)
    output.off('readable', wait)
  }
  output.on('readable', wait)
  output.on('newListener', onListener)
}
