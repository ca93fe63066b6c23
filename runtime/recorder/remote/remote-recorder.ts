import { McpRunError } from '../../model/errors.ts'
import type { Witness } from '../../model/payload.ts'
import type { SharedChannel } from '../../tap/channel.ts'
import { type CallbackOptions, serveCallbacks } from '../callbacks.ts'
import { type ContextOptions, recorderContext } from '../context.ts'
import { dial } from '../dial.ts'
import type { Recorder } from '../recorder.ts'
import type { FromRecorder, RemoteStart, StreamMessage, ToRecorder } from './messages.ts'
import { answerWitness } from './remote-witness.ts'
import { carriedStreams, type DialPort } from './streams.ts'
import type { WitnessAnswer, WitnessQuestion } from './witness-messages.ts'

export interface RemoteRecorderOptions {
  readonly channel: SharedChannel
  /** As for a recorder in this process: what it writes is written, and told, here. */
  readonly context: ContextOptions
  readonly start: Omit<RemoteStart, 'heard'>
  /** Absent: there is no conversation, as in installations. */
  readonly witness?: Witness
  readonly callbacks: Pick<CallbackOptions, 'ports' | 'hostLoopback' | 'tell'>
}

const LOOPBACK = ['127.0.0.1', '::1']

/**
 * The recorder that runs in a container: its rows are committed here, and it is told so before anything leaves. What
 * belongs to this machine's loopback is done here: ports of it that the profile declares, and callbacks.
 */
export function startRemoteRecorder(options: RemoteRecorderOptions): Recorder {
  const { start, callbacks } = options
  const channel = options.channel.as<FromRecorder, ToRecorder>()
  // Numbers of its own beside those that the recorder gives.
  const context = recorderContext({ ...options.context, idPrefix: 'h' })
  let closing = false
  channel.on('write', ({ id, entries }) => {
    context.record(...entries).then(
      () => channel.send({ kind: 'committed', id }),
      (error: unknown) => channel.send({ kind: 'rejected', id, message: String(error) }),
    )
  })
  channel.on('broken', ({ message }) => options.context.onFailure(new Error(message)))
  const over = new AbortController()
  const ownLoopback: DialPort = async (port) => {
    const declared = callbacks.hostLoopback.includes(port) || start.upstreamProxy?.port === port
    return declared ? dial(LOOPBACK, port, over.signal) : { ok: false, code: 'EACCES' }
  }
  const reach = carriedStreams(options.channel.as<StreamMessage, StreamMessage>(), 'host', ownLoopback)
  const served = serveCallbacks({ context, reach, ...callbacks })
  const closed = new Promise<void>((resolve) => channel.on('closed', () => resolve()))
  const lost = channel.ended.then(() => {
    over.abort()
    if (!closing) options.context.onFailure(containerEnded())
  })
  if (options.witness !== undefined)
    answerWitness(options.channel.as<WitnessQuestion, WitnessAnswer>(), options.witness)
  channel.send({ kind: 'start', start: { ...start, heard: options.witness !== undefined } })
  return {
    close: async (cause) => {
      await served.cut(cause)
      channel.send({ kind: 'close', cause })
      await Promise.race([closed, lost])
      closing = true
    },
  }
}

function containerEnded(): McpRunError {
  return new McpRunError('recorder-failed', "the recorder's container ended, and the sandbox with it", {
    hint: 'see whether the container engine was restarted',
  })
}
