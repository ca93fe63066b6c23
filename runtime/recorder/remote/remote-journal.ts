import { McpRunError } from '../../model/errors.ts'
import type { Journal } from '../../model/journal.ts'
import type { Channel } from '../../tap/channel.ts'
import type { FromRecorder, ToRecorder } from './messages.ts'

/** The journal of a recorder that has no store: what it writes is committed by mcp-run, who then says so. */
export function remoteJournal(channel: Channel<ToRecorder, FromRecorder>): Journal {
  const waiting = new Map<number, { resolve: () => void; reject: (error: McpRunError) => void }>()
  let count = 0
  let lost: McpRunError | null = null
  channel.on('committed', ({ id }) => {
    waiting.get(id)?.resolve()
    waiting.delete(id)
  })
  const fail = (message: string): void => {
    lost ??= new McpRunError('store-failed', message)
    for (const { reject } of waiting.values()) reject(lost)
    waiting.clear()
  }
  channel.on('rejected', ({ message }) => fail(message))
  void channel.ended.then(() => fail('mcp-run is gone'))
  return {
    write: (...entries) => {
      if (lost !== null) return Promise.reject(lost)
      const id = ++count
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        channel.send({ kind: 'write', id, entries })
      })
    },
    close: async () => undefined,
  }
}
