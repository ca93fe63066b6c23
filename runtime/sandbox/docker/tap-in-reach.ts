import type Dockerode from 'dockerode'
import { McpRunError } from '../../model/errors.ts'
import type { TapConfig } from '../../tap/config.ts'
import { listenForTap, type TapLink } from '../../tap/link.ts'
import type { Capture } from '../backend.ts'
import type { Containers } from './containers.ts'
import type { KeptLimits } from './engine-limits.ts'
import type { SessionFolder } from './session-folder.ts'
import { tapContainer } from './tap-container.ts'

/** For the tap, once its container is started. */
const START_TIMEOUT_MS = 15_000

/** A tap's container, and what is said to it: by this process, or through a recorder's container. */
export interface Tap {
  readonly container: Promise<Dockerode.Container>
  readonly capture: Promise<Capture>
  /** Null when the tap holds the namespace as ordered, else what went wrong. */
  order(config: TapConfig): Promise<string | null>
  /** The tap ends, and all that has joined it. */
  close(): void
}

export interface TapOptions {
  readonly api: Promise<Dockerode>
  readonly image: Promise<string>
  readonly keeps: Promise<KeptLimits>
  readonly containers: Containers
}

/** On this process's own kernel: the sockets are handed over a unix socket in a folder that the tap alone is shown. */
export function tapInReach(folder: SessionFolder, { api, image, keeps, containers }: TapOptions): Tap {
  const link = listenForTap(folder.socket)
  const container = (async () => {
    const engine = await api
    const options = { image: await image, link: { bind: folder.link }, keeps: await keeps }
    const created = await containers.create(engine, tapContainer(options))
    await created.start()
    return created
  })()
  const askDrops: TapLink['ask'] = (question) => {
    try {
      link.ask(question)
    } catch (cause) {
      throw new McpRunError('recorder-failed', "the tap's container ended, and the sandbox with it", {
        hint: 'see whether the container engine was restarted',
        cause,
      })
    }
  }
  return {
    container,
    capture: container
      .then((tap) => Promise.race([link.sockets(START_TIMEOUT_MS), lost(tap, 'tap')]))
      .then((sockets) => ({ kind: 'sockets', sockets, askDrops })),
    order: (config) => {
      link.order(config)
      return link.became()
    },
    close: link.close,
  }
}

/** Rejects when the container has ended. */
export async function lost(container: Dockerode.Container, role: string): Promise<never> {
  const { StatusCode } = (await container.wait()) as { StatusCode: number }
  throw new McpRunError('capture-failed', `the ${role}'s container ended with ${StatusCode}`, {
    hint: 'mcp-run doctor says what this machine lacks',
  })
}
