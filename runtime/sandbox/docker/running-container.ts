import { constants } from 'node:os'
import type { Duplex } from 'node:stream'
import type Dockerode from 'dockerode'
import { McpRunError } from '../../model/errors.ts'
import type { RunningServer, ServerExit } from '../backend.ts'
import { attachedStreams } from './attached.ts'
import { engineError, statusOf } from './engine.ts'
import { NO_SUCH_PROGRAM } from './environment-line.ts'

const SIGNAL_BASE = 128
const KILL_MS = 1000
/** Between the end of a container's stdio and the word of its exit. */
const ANSWER_MS = 1000

/**
 * Starts a created container with its stdio attached from its first byte on. Rejects, with nothing running, when
 * its program is not there.
 */
export async function startAttached(
  container: Dockerode.Container,
  what: {
    readonly program: string
    /** Read by the container before anything else; with it, its end may mean that there is no such program. */
    readonly firstLine: string | null
    readonly destroy: () => void
  },
): Promise<RunningServer> {
  const connection = (await container.attach({
    ...{ stream: true, hijack: true, stdin: true, stdout: true, stderr: true },
  })) as unknown as Duplex
  const { silent, ...streams } = attachedStreams(connection)
  if (what.firstLine !== null) connection.write(what.firstLine)
  // Asked before the start, so that the shortest life is not missed.
  const waited = Promise.race([
    container.wait({ condition: 'next-exit' }) as Promise<Waited>,
    askedAgain(container, connection),
  ])
  const exited = exitOf(waited).then((exit) => {
    const unreached = what.firstLine !== null && exit.signal === NO_SUCH_PROGRAM && silent()
    return unreached ? { ...exit, failure: noSuchProgram(what.program) } : exit
  })
  try {
    await container.start()
  } catch (error) {
    connection.destroy()
    throw startError(what.program, error)
  }
  return {
    ...streams,
    exited,
    kill: (signal) => {
      container.kill({ signal }).catch(() => undefined)
      if (signal !== 'SIGKILL') return
      // An engine that does not answer: the tap's end is the server's.
      const timer = setTimeout(what.destroy, KILL_MS)
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
async function askedAgain(container: Dockerode.Container, connection: Duplex): Promise<Waited> {
  await new Promise((resolve) => connection.once('close', resolve))
  await new Promise((resolve) => setTimeout(resolve, ANSWER_MS).unref())
  return container.wait() as Promise<Waited>
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
  const absent = /executable file not found|no such file or directory|permission denied/i.test(text)
  if (absent && statusOf(error) === 400) return noSuchProgram(program, error)
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
