import type { DockerOptions } from './docker.ts'
import type { EngineFacts } from './engine-facts.ts'
import type { SessionFolder } from './session-folder.ts'
import { tapBehindRecorder } from './tap-behind-recorder.ts'
import { type Tap, type TapOptions, tapInReach } from './tap-in-reach.ts'

export interface BegunTap {
  readonly tap: Promise<Tap>
  /** Safe at any time. */
  close(): void
}

/**
 * A tap where the recorder is to be. An engine at a socket of this machine is nearly always of this kernel: the tap's
 * container is created while the engine tells what it is, started only when it is so, and given up otherwise.
 */
export function beginTap(options: {
  readonly folder: SessionFolder
  readonly facts: Promise<EngineFacts>
  readonly recorder: DockerOptions['recorder']
  /** The engine listens on a socket of this machine. */
  readonly socket: boolean
  readonly tapOptions: TapOptions
}): BegunTap {
  const { folder, facts, recorder, socket, tapOptions } = options
  if (recorder === 'container' || (recorder === 'auto' && !socket)) {
    const tap = tapBehindRecorder(tapOptions)
    return { tap: Promise.resolve(tap), close: tap.close }
  }
  const here = recorder === 'process' ? Promise.resolve(true) : facts.then(({ sameKernel }) => sameKernel)
  const early = tapInReach(folder, { ...tapOptions, mayStart: here.then(refusedElsewhere) })
  let tap: Tap = early
  let closed = false
  const chosen = here.then((known) => {
    if (known || closed) return tap
    early.abandon()
    tap = tapBehindRecorder(tapOptions)
    return tap
  })
  chosen.catch(() => undefined)
  return {
    tap: chosen,
    close: () => {
      closed = true
      tap.close()
    },
  }
}

function refusedElsewhere(here: boolean): void {
  if (!here) throw new Error('the engine is of another kernel')
}
