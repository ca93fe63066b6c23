import { McpRunError } from '../../model/errors.ts'
import type { Channel } from '../../tap/channel.ts'
import { type ContextOptions, recorderContext } from '../context.ts'
import type { Recorder } from '../recorder.ts'
import { serveLoopback } from './loopback-server.ts'
import type { FromRecorder, RemoteStart, ToRecorder } from './messages.ts'

export interface RemoteRecorderOptions {
  readonly channel: Channel<FromRecorder, ToRecorder>
  /** As for a recorder in this process: what it writes is written, and told, here. */
  readonly context: ContextOptions
  readonly start: RemoteStart
  /** Ports of this machine's loopback that the profile declares; no other is dialled. */
  readonly loopbackPorts: readonly number[]
}

/** The recorder that runs in a container: its rows are committed here, and it is told so before anything leaves. */
export function startRemoteRecorder(options: RemoteRecorderOptions): Recorder {
  const { channel, start } = options
  const { record } = recorderContext(options.context)
  let closing = false
  channel.on('write', ({ id, entries }) => {
    record(...entries).then(
      () => channel.send({ kind: 'committed', id }),
      (error: unknown) => channel.send({ kind: 'rejected', id, message: String(error) }),
    )
  })
  channel.on('broken', ({ message }) => options.context.onFailure(new Error(message)))
  serveLoopback(channel, options.loopbackPorts)
  const closed = new Promise<void>((resolve) => channel.on('closed', () => resolve()))
  const lost = channel.ended.then(() => {
    if (closing) return
    options.context.onFailure(
      new McpRunError('recorder-failed', "the recorder's container ended: the server was ended with it", {
        hint: 'see whether the container engine was restarted',
      }),
    )
  })
  channel.send({ kind: 'start', start })
  return {
    close: async (cause) => {
      channel.send({ kind: 'close', cause })
      await Promise.race([closed, lost])
      closing = true
    },
  }
}
