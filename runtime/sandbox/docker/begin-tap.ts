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
 * A tap where the recorder is to be. An engine at a socket of this machine is nearly always of this kernel: its tap is
 * begun while it tells what it is, and given up where it turns out to be another's.
 */
export function beginTap(options: {
  readonly folder: SessionFolder
  /** Rejects where the engine does not answer. */
  readonly alive: Promise<void>
  readonly facts: () => Promise<EngineFacts>
  readonly recorder: DockerOptions['recorder']
  /** The engine listens on a socket of this machine, which is Linux. */
  readonly socket: boolean
  readonly tapOptions: TapOptions
}): BegunTap {
  const { folder, alive, facts, recorder, socket, tapOptions } = options
  if (recorder === 'container' || (recorder === 'auto' && !socket)) {
    const tap = tapBehindRecorder(tapOptions)
    return { tap: Promise.resolve(tap), close: tap.close }
  }
  const early = tapInReach(folder, tapOptions)
  // Telling takes an engine as long as making a container, which all else waits for.
  const here = Promise.all([alive, Promise.allSettled([early.container])])
    .then(facts)
    .then(({ sameKernel }) => sameKernel || recorder === 'process')
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
