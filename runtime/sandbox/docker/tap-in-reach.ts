import type Dockerode from 'dockerode'
import { McpRunError } from '../../model/errors.ts'
import type { TapConfig } from '../../tap/config.ts'
import { listenForTap, type TapLink } from '../../tap/link.ts'
import type { Capture } from '../backend.ts'
import type { Containers } from './containers.ts'
import { statusOf } from './engine.ts'
import type { EngineFacts } from './engine-facts.ts'
import type { SessionFolder } from './session-folder.ts'
import { tapContainer } from './tap-container.ts'

/** For the tap, once its container is started. */
const START_TIMEOUT_MS = 15_000

/** A tap's container, and what is said to it: by this process, or through a recorder's container. */
export interface Tap {
  /** Created: what joins it can be created too. */
  readonly container: Promise<Dockerode.Container>
  /** Started: what joins it can be started. */
  readonly started: Promise<unknown>
  readonly capture: Promise<Capture>
  /** Null when the tap holds the namespace as ordered, else what went wrong. */
  order(config: TapConfig): Promise<string | null>
  /** The tap ends, and all that has joined it. */
  close(): void
}

export interface TapOptions {
  readonly api: Promise<Dockerode>
  /** The tap's image, there for use. */
  readonly image: () => Promise<string>
  /** By the name that it has, if it is there, in an engine of this process's processor: another's has another name. */
  readonly likelyImage: () => string
  readonly facts: () => Promise<EngineFacts>
  readonly containers: Containers
}

/** On this process's own kernel: the sockets are handed over a unix socket in a folder that the tap alone is shown. */
export function tapInReach(
  folder: SessionFolder,
  { api, image, likelyImage, containers }: TapOptions,
): Tap & { abandon(): void } {
  const container = (async () => {
    const engine = await api
    const create = (name: string) =>
      containers.create(engine, tapContainer({ image: name, link: { bind: folder.link } }))
    try {
      return await create(likelyImage())
    } catch (error) {
      if (statusOf(error) !== 404) throw error
      return create(await image())
    }
  })()
  // Late: what it needs is loaded while the engine is at work.
  let open: TapLink | null = null
  const linked = container.then(() => listenForTap(folder.socket))
  const started = (async () => {
    await linked
    await (await container).start()
  })()
  const close = (): void => void linked.then((link) => link.close()).catch(() => undefined)
  for (const promise of [container, started]) promise.catch(() => undefined)
  const askDrops: TapLink['ask'] = (question) => {
    try {
      open?.ask(question)
    } catch (cause) {
      throw new McpRunError('recorder-failed', "the tap's container ended, and the sandbox with it", {
        hint: 'see whether the container engine was restarted',
        cause,
      })
    }
  }
  return {
    container,
    started,
    capture: started.then(async () => {
      const link = await linked
      const sockets = await Promise.race([link.sockets(START_TIMEOUT_MS), lost(await container, 'tap')])
      open = link
      return { kind: 'sockets', sockets, askDrops }
    }),
    order: async (config) => {
      const link = await linked
      link.order(config)
      return link.became()
    },
    close,
    abandon: () => {
      close()
      container.then((created) => created.remove({ force: true, v: true })).catch(() => undefined)
    },
  }
}

/** Rejects when the container has ended. */
export async function lost(container: Dockerode.Container, role: string): Promise<never> {
  const { StatusCode } = (await container.wait()) as { StatusCode: number }
  throw new McpRunError('capture-failed', `the ${role}'s container ended with ${StatusCode}`, {
    hint: 'mcp-run doctor says what this machine lacks',
  })
}
