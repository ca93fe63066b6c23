import { constants } from 'node:os'
import type Dockerode from 'dockerode'
import { McpRunError } from '../../model/errors.ts'
import type { RunningServer, ServerExit } from '../backend.ts'
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

export interface StartOptions {
  readonly program: string
  /** Read by the container before anything else; with it, its end may mean that there is no such program. */
  readonly firstLine: string | null
  readonly destroy: () => void
}

/**
 * Starts a created container with its stdio attached from its first byte on. Rejects, with nothing running, when
 * its program is not there.
 */
export async function startAttached(
  container: Dockerode.Container,
  what: StartOptions,
): Promise<RunningServer> {
  let streams: AttachedStreams | null = null
  try {
    // Podman makes all ready here already, and looks for the program.
    streams = await attach(container)
    if (what.firstLine !== null) streams.stdin.write(what.firstLine)
    // Asked before the start, so that the shortest life is not missed.
    const waited = Promise.race([
      container.wait({ condition: 'next-exit' }) as Promise<Waited>,
      askedAgain(container, streams),
    ])
    const exited = serverExit(waited, streams, what)
    await container.start()
    return runningServer(container, streams, exited, what.destroy)
  } catch (error) {
    streams?.stdin.destroy()
    throw startError(what.program, error)
  }
}

function runningServer(
  container: Dockerode.Container,
  { stdin, stdout, stderr }: AttachedStreams,
  exited: Promise<ServerExit>,
  destroy: () => void,
): RunningServer {
  return {
    ...{ stdin, stdout, stderr, exited },
    kill: (signal) => {
      container.kill({ signal }).catch(() => undefined)
      if (signal !== 'SIGKILL') return
      // An engine that does not answer: the tap's end is the server's.
      const timer = setTimeout(destroy, KILL_MS)
      void exited.then(() => clearTimeout(timer))
    },
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
  { program, firstLine }: StartOptions,
): Promise<ServerExit> {
  const exit = await exitOf(waited)
  const unreached = firstLine !== null && exit.signal === NO_SUCH_PROGRAM && streams.silent()
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

function signalOf(number: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return (found?.[0] as NodeJS.Signals | undefined) ?? null
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
