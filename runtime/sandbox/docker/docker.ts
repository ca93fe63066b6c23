import type Dockerode from 'dockerode'
import { McpRunError } from '../../model/errors.ts'
import type { Profile } from '../../model/profile.ts'
import { listenForTap } from '../../tap/link.ts'
import type { LaunchSpec, OpenSandbox, SandboxBackend } from '../backend.ts'
import { SANDBOX_HOME } from '../root-filesystem.ts'
import type { EngineEndpoint } from './endpoint.ts'
import { connectEngine, type Engine, engineError } from './engine.ts'
import { type EngineFacts, engineFacts } from './engine-facts.ts'
import { type ImageRole, type ImageSources, imageRecipe } from './image-recipe.ts'
import { ensureImage } from './images.ts'
import { nodeRuntimeOf } from './node-runtime.ts'
import { startAttached } from './running-container.ts'
import { serverContainer } from './server-container.ts'
import { serverImage } from './server-image.ts'
import { createSessionFolder, type SessionFolder } from './session-folder.ts'
import { sweep } from './sweep.ts'
import { tapContainer } from './tap-container.ts'
import { serverOwner } from './user.ts'

/** For the tap, once its container is started. */
const START_TIMEOUT_MS = 15_000

export interface DockerOptions {
  readonly endpoint: EngineEndpoint
  readonly store: string
  readonly sources: ImageSources
  readonly say: (line: string) => void
}

/**
 * A container engine of this kernel: the tap's container holds the network, the server's joins it, and the
 * recorder is in this process, behind sockets that the tap has handed over.
 */
export function dockerBackend(options: DockerOptions): SandboxBackend {
  const engine = connectEngine(options.endpoint)
  engine.catch(() => undefined)
  const images = async (role: ImageRole): Promise<string> => {
    const connected = await engine
    const recipe = imageRecipe(role, options.sources, process.arch)
    await ensureImage(connected, recipe, { folder: `${options.store}/run`, say: options.say })
    return recipe.tag
  }
  return {
    name: 'docker',
    homePath: SANDBOX_HOME,
    holds: () => false,
    owner: serverOwner(),
    nodeRuntime: async () => nodeRuntimeOf(await engine, await images('node'), options.store),
    open: () => openDocker(engine, images, options),
  }
}

type Images = (role: ImageRole) => Promise<string>

function openDocker(engine: Promise<Engine>, images: Images, options: DockerOptions): OpenSandbox {
  const folder = createSessionFolder(options.store)
  const link = listenForTap(folder.socket)
  const made: Dockerode.Container[] = []
  let destroyed = false
  let limits: Profile['limits'] | null = null
  const destroy = (): void => {
    if (destroyed) return
    destroyed = true
    link.close()
    folder.remove()
    for (const container of made) container.remove({ force: true, v: true }).catch(() => undefined)
  }
  const keep = (container: Dockerode.Container): Dockerode.Container => {
    made.push(container)
    if (destroyed) container.remove({ force: true, v: true }).catch(() => undefined)
    return container
  }
  const facts = engine.then(engineFacts)
  facts.catch(() => undefined)
  const tap = startTap(engine, images, folder).then(keep)
  const sockets = tap
    .then((container) => Promise.race([link.sockets(START_TIMEOUT_MS), tapLost(container)]))
    .catch((error: unknown) => {
      destroy()
      throw error instanceof McpRunError ? error : engineError('the sandbox cannot be started', error)
    })
  sockets.catch(() => undefined)
  return {
    sockets,
    limit: async (wanted) => {
      limits = wanted
      const missing = (await facts).notEnforced(wanted)
      if (wanted.required && missing.length > 0) {
        destroy()
        throw new McpRunError(
          'sandbox-unavailable',
          `the profile requires its limits: ${missing.join('; ')}`,
          {
            hint: 'give the engine control groups, or set `limits.required: false` in the profile',
          },
        )
      }
      return missing
    },
    launch: async (spec) => {
      try {
        await sockets
        const parts = {
          engine: await engine,
          facts: await facts,
          tap: (await tap).id,
          folder,
          limits,
          images,
          say: options.say,
        }
        const created = createServer(spec, parts).then(keep)
        created.catch(() => undefined)
        link.order({
          hostLoopbackPorts: spec.hostLoopbackPorts,
          stage: null,
          command: ['/bin/cat'],
          holds: true,
          args: [],
        })
        const failure = await link.became()
        if (failure !== null) throw new Error(failure)
        const program = spec.command[0] ?? 'its entrypoint'
        const server = await startAttached(await created, { program, destroy })
        void server.exited.then(destroy)
        sweep(parts.engine, options.store).catch(() => undefined)
        return server
      } catch (error) {
        destroy()
        throw error instanceof McpRunError ? error : engineError('the sandbox cannot be started', error)
      }
    },
    destroy,
  }
}

async function startTap(
  engine: Promise<Engine>,
  images: Images,
  folder: SessionFolder,
): Promise<Dockerode.Container> {
  const { api } = await engine
  const image = await images('tap')
  const container = await api.createContainer(
    tapContainer({ image, link: { bind: folder.link }, socket: 's' }),
  )
  await container.start()
  return container
}

/** Rejects when the tap's container has ended. */
async function tapLost(container: Dockerode.Container): Promise<never> {
  const { StatusCode } = (await container.wait()) as { StatusCode: number }
  throw new McpRunError('capture-failed', `the tap's container ended with ${StatusCode}`, {
    hint: 'mcp-run doctor says what this machine lacks',
  })
}

async function createServer(
  spec: LaunchSpec,
  parts: {
    readonly engine: Engine
    readonly facts: EngineFacts
    readonly tap: string
    readonly folder: SessionFolder
    readonly limits: Profile['limits'] | null
    readonly images: Images
    readonly say: (line: string) => void
  },
): Promise<Dockerode.Container> {
  const { engine, facts, folder } = parts
  const { image, user } = await serverImage(spec, { engine, facts, images: parts.images, say: parts.say })
  const [uid = 0, gid = uid] = (user ?? '0:0').split(':').map(Number)
  return engine.api.createContainer(
    serverContainer({
      spec,
      image,
      limits: parts.limits ?? { memory: null, cpus: null, pids: null, required: false },
      user,
      tap: parts.tap,
      etc: folder.etc(uid, gid),
      seccompFile: null,
    }),
  )
}
