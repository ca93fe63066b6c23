import type Dockerode from 'dockerode'
import { McpRunError } from '../../model/errors.ts'
import type { RunningServer, ServerExit } from '../backend.ts'
import { signalOf } from '../linux-signals.ts'
import { type AttachedStreams, attach } from './attached.ts'
import { engineError, statusOf } from './engine.ts'
import { NO_SUCH_PROGRAM } from './environment-line.ts'

const SIGNAL_BASE = 128
const KILL_MS = 1000
/** Between the end of a container's stdio and the word of its exit. */
const ANSWER_MS = 1000
/** In the words of runc and of crun; Docker says it at the start, Podman as soon as it is attached to. */
const NO_PROGRAM = /executable file .*not found|no such file or directory|permission denied/i
const NO_PROGRAM_STATUS = [400, 409]

/** A created container with its stdio attached from its first byte on. */
export interface AttachedContainer {
  readonly server: RunningServer
  /** Rejects, with nothing running, when its program is not there. */
  start(): Promise<void>
  /** Lets one go that waits for its first line. */
  write(firstLine: string): void
}

export interface AttachOptions {
  readonly program: string
  /** It reads a line before anything else: then its end may mean that there is no such program. */
  readonly waits: boolean
  readonly destroy: () => void
}

/** Rejects, with nothing running, where the engine looks for the program already here, and does not find it. */
export async function attachContainer(
  container: Dockerode.Container,
  what: AttachOptions,
): Promise<AttachedContainer> {
  const streams = await attach(container).catch((error: unknown) => {
    throw startError(what.program, error)
  })
  // Asked before the start, so that the shortest life is not missed.
  const waited = Promise.race([
    container.wait({ condition: 'next-exit' }) as Promise<Waited>,
    askedAgain(container, streams),
  ])
  const { stdin, stdout, stderr } = streams
  const exited = serverExit(waited, streams, what)
  return {
    server: { stdin, stdout, stderr, exited, kill: killer(container, exited, what.destroy) },
    start: async () => {
      try {
        await container.start()
      } catch (error) {
        stdin.destroy()
        throw startError(what.program, error)
      }
    },
    write: (firstLine) => void stdin.write(firstLine),
  }
}

function killer(
  container: Dockerode.Container,
  exited: Promise<ServerExit>,
  destroy: () => void,
): RunningServer['kill'] {
  return (signal) => {
    container.kill({ signal }).catch(() => undefined)
    if (signal !== 'SIGKILL') return
    // An engine that does not answer: the tap's end is the server's.
    const timer = setTimeout(destroy, KILL_MS)
    void exited.then(() => clearTimeout(timer))
  }
}

interface Waited {
  readonly StatusCode: number
}

/**
 * The answer of an engine that dies is cut off, which its library does not tell: where the stdio has ended and the
 * answer does not come, it is asked for once more. Rejects when there is no such engine, or no such container in it.
 */
async function askedAgain(container: Dockerode.Container, { stdin }: AttachedStreams): Promise<Waited> {
  await new Promise((resolve) => stdin.once('close', resolve))
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS).unref())
  return container.wait() as Promise<Waited>
}

async function serverExit(
  waited: Promise<Waited>,
  streams: AttachedStreams,
  { program, waits }: AttachOptions,
): Promise<ServerExit> {
  const exit = await exitOf(waited)
  const unreached = waits && exit.signal === NO_SUCH_PROGRAM && streams.silent()
  return unreached ? { ...exit, failure: noSuchProgram(program) } : exit
}

/** An engine tells of a signal as a shell does: its number above 128. */
async function exitOf(waited: Promise<Waited>): Promise<ServerExit> {
  try {
    const { StatusCode: status } = await waited
    const signal = status > SIGNAL_BASE ? signalOf(status - SIGNAL_BASE) : null
    return { failure: null, code: signal === null ? status : null, signal }
  } catch (error) {
    const failure = engineError('the container engine went away, and the sandbox with it', error)
    return { failure, code: null, signal: 'SIGKILL' }
  }
}

function startError(program: string, error: unknown): McpRunError {
  const text = String((error as { json?: { message?: string } }).json?.message ?? error)
  if (NO_PROGRAM.test(text) && NO_PROGRAM_STATUS.includes(statusOf(error) ?? 0))
    return noSuchProgram(program, error)
  return engineError('the server was not started', error)
}

function noSuchProgram(program: string, cause?: unknown): McpRunError {
  return new McpRunError(
    'sandbox-unavailable',
    `the server was not started: ${program} is not in its image`,
    {
      hint: 'name a program that the image has; a program of this machine is shown with --allow-read',
      cause,
    },
  )
}
