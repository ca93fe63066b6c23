import type Dockerode from 'dockerode'
import type { LaunchSpec, RunningServer } from '../backend.ts'
import { environmentLine } from './environment-line.ts'
import { attachContainer } from './running-container.ts'

/** A server's container that has begun as far as it may: nothing of the server runs. */
export interface HeldServer {
  /** Rejects, with nothing running, when its program is not there. */
  letGo(): Promise<RunningServer>
}

/**
 * In an image of ours a shell comes first and waits for its environment, so its container is started while the
 * recorder's sockets are still being made. A server's own image begins with the server: it is started when it may run.
 */
export async function holdServer(options: {
  readonly spec: LaunchSpec
  readonly container: Promise<Dockerode.Container>
  /** Its namespaces are there. */
  readonly tapStarted: Promise<unknown>
  readonly destroy: () => void
}): Promise<HeldServer> {
  const { spec, container, tapStarted, destroy } = options
  const waits = spec.image?.kind !== 'image'
  const program = spec.command[0] ?? 'its entrypoint'
  // Both may fail before the first is looked at.
  tapStarted.catch(() => undefined)
  const created = await container
  // Podman looks for the namespaces as soon as it is attached to.
  await tapStarted
  const { server, start, write } = await attachContainer(created, { program, waits, destroy })
  if (!waits) {
    return {
      letGo: async () => {
        await start()
        return server
      },
    }
  }
  await start()
  return {
    letGo: async () => {
      write(environmentLine(spec.env))
      return server
    },
  }
}
