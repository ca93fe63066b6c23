import { constants } from 'node:os'
import type Dockerode from 'dockerode'
import { McpRunError } from '../../model/errors.ts'
import type { RunningServer, ServerExit } from '../backend.ts'
import { type AttachedStreams, attach } from './attached.ts'
import { engineError, statusOf } from './engine.ts'

const SIGNAL_BASE = 128
const KILL_MS = 1000
/** In the words of runc and of crun; Docker says it at the start, Podman as soon as it is attached to. */
const NO_PROGRAM = /executable file .*not found|no such file or directory|permission denied/i
const NO_PROGRAM_STATUS = [400, 409]

/**
 * Starts a created container with its stdio attached from its first byte on. Rejects, with nothing running, when
 * its program is not there.
 */
export async function startAttached(
  container: Dockerode.Container,
  what: { readonly program: string; readonly destroy: () => void },
): Promise<RunningServer> {
  let streams: AttachedStreams | null = null
  try {
    // Podman makes all ready here already, and looks for the program.
    streams = await attach(container)
    // Asked before the start, so that the shortest life is not missed.
    const exited = exitOf(container.wait({ condition: 'next-exit' }) as Promise<{ StatusCode: number }>)
    await container.start()
    return runningServer(container, streams, exited, what.destroy)
  } catch (error) {
    streams?.stdin.destroy()
    throw startError(what.program, error)
  }
}

function runningServer(
  container: Dockerode.Container,
  streams: AttachedStreams,
  exited: Promise<ServerExit>,
  destroy: () => void,
): RunningServer {
  return {
    ...streams,
    exited,
    kill: (signal) => {
      container.kill({ signal }).catch(() => undefined)
      if (signal !== 'SIGKILL') return
      // An engine that does not answer: the tap's end is the server's.
      const timer = setTimeout(destroy, KILL_MS)
      void exited.then(() => clearTimeout(timer))
    },
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
  if (NO_PROGRAM.test(text) && NO_PROGRAM_STATUS.includes(statusOf(error) ?? 0))
    return new McpRunError(
      'sandbox-unavailable',
      `the server was not started: ${program} is not in its image`,
      {
        hint: 'name a program that the image has; a program of this machine is shown with --allow-read',
        cause: error,
      },
    )
  return engineError('the server was not started', error)
}
