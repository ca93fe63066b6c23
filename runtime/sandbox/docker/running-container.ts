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

/** A created container with its stdio attached from its first byte on. */
export interface AttachedContainer {
  readonly server: RunningServer
  /** Rejects, with nothing running, when its program is not there. */
  start(): Promise<void>
  /** Lets one go that waits for its first line. */
  write(firstLine: string): void
}

export async function attachContainer(
  container: Dockerode.Container,
  what: {
    readonly program: string
    /** It reads a line before anything else: then its end may mean that there is no such program. */
    readonly waits: boolean
    readonly destroy: () => void
  },
): Promise<AttachedContainer> {
  const connection = (await container.attach({
    ...{ stream: true, hijack: true, stdin: true, stdout: true, stderr: true },
  })) as unknown as Duplex
  const { silent, ...streams } = attachedStreams(connection)
  // Asked before the start, so that the shortest life is not missed.
  const waited = container.wait({ condition: 'next-exit' }) as Promise<{ StatusCode: number }>
  const exited = exitOf(waited).then((exit) => {
    const unreached = what.waits && exit.signal === NO_SUCH_PROGRAM && silent()
    return unreached ? { ...exit, failure: noSuchProgram(what.program) } : exit
  })
  return {
    server: {
      ...streams,
      exited,
      kill: (signal) => {
        container.kill({ signal }).catch(() => undefined)
        if (signal !== 'SIGKILL') return
        // An engine that does not answer: the tap's end is the server's.
        const timer = setTimeout(what.destroy, KILL_MS)
        void exited.then(() => clearTimeout(timer))
      },
    },
    start: async () => {
      try {
        await container.start()
      } catch (error) {
        connection.destroy()
        throw startError(what.program, error)
      }
    },
    write: (firstLine) => void connection.write(firstLine),
  }
}

/** An engine tells of a signal as a shell does: its number above 128. */
async function exitOf(waited: Promise<{ StatusCode: number }>): Promise<ServerExit> {
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
