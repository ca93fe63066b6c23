import { McpRunError } from '../../model/errors.ts'
import { isLinux, orNative } from '../../model/host.ts'
import type { Profile } from '../../model/profile.ts'
import type { LaunchSpec, OpenSandbox, SandboxBackend } from '../backend.ts'
import { SANDBOX_HOME } from '../root-filesystem.ts'
import { beginTap } from './begin-tap.ts'
import { ownContainers } from './containers.ts'
import type { EngineEndpoint } from './endpoint.ts'
import { answers, connectEngine, type Engine, engineError } from './engine.ts'
import { type EngineFacts, engineFacts } from './engine-facts.ts'
import { limitsIn } from './engine-limits.ts'
import { copyOwnFiles, withoutHostFiles } from './files-elsewhere.ts'
import { type HeldServer, holdServer } from './held-server.ts'
import { type ImageRole, type ImageSources, imageRecipe } from './image-recipe.ts'
import { ensureImage, hasImage } from './images.ts'
import { keptRuntime, nodeRuntimeOf } from './node-runtime.ts'
import { pythonRuntimeOf } from './python-runtime.ts'
import { seccompProfile } from './seccomp-profile.ts'
import { serverContainer } from './server-container.ts'
import { serverImage } from './server-image.ts'
import { createSessionFolder } from './session-folder.ts'
import { sweep } from './sweep.ts'
import { serverOwner } from './user.ts'

export interface DockerOptions {
  readonly endpoint: EngineEndpoint
  readonly store: string
  readonly sources: ImageSources
  /** Where the recorder runs; `auto`: in this process where the engine is of this kernel. */
  readonly recorder: 'auto' | 'process' | 'container'
  readonly say: (line: string) => void
}

export interface DockerBackend extends SandboxBackend {
  /** Has these images, by default what every package needs, built now if they are not there. Throws `sandbox-unavailable`. */
  prepare(roles?: readonly ImageRole[]): Promise<void>
  /** Those of them that are not there. */
  lacking(roles?: readonly ImageRole[]): Promise<readonly string[]>
}

/** All that a sandbox asks of its engine. */
interface Parts {
  readonly engine: Promise<Engine>
  /** Rejects where the engine does not answer. */
  readonly alive: Promise<void>
  /** Asked for once. */
  readonly facts: () => Promise<EngineFacts>
  /** The image for a role, there for use. */
  readonly image: (role: ImageRole) => Promise<string>
  /** The name that it has in an engine of this process's processor. */
  readonly likelyImage: (role: ImageRole) => string
  /** The processor whose packages the server is given, where it was not asked of the engine. */
  readonly assumedArch: () => string | null
  readonly options: DockerOptions
}

const EVERY_PACKAGES: readonly ImageRole[] = ['tap', 'node']
const NO_LIMITS: Profile['limits'] = { memory: null, cpus: null, pids: null, required: false }

/**
 * A container engine: the tap's container holds the network, the server's joins it, and the recorder is in this
 * process, or in a container where this process cannot be handed the tap's sockets.
 */
export function dockerBackend(options: DockerOptions): DockerBackend {
  const engine = connectEngine(options.endpoint)
  const alive = engine.then(answers)
  for (const promise of [engine, alive]) promise.catch(() => undefined)
  const facts = once(async () => {
    await alive
    return engineFacts(await engine)
  })
  const recipe = async (role: ImageRole) => imageRecipe(role, options.sources, (await facts()).arch)
  const ensure = async (role: ImageRole): Promise<string> => {
    const wanted = await recipe(role)
    await ensureImage(await engine, wanted, { store: options.store, say: options.say })
    return wanted.tag
  }
  const ensured: Record<ImageRole, () => Promise<string>> = {
    tap: once(() => ensure('tap')),
    node: once(() => ensure('node')),
    python: once(() => ensure('python')),
    git: once(() => ensure('git')),
  }
  const image = (role: ImageRole) => ensured[role]()
  const likelyImage = (role: ImageRole) => imageRecipe(role, options.sources, process.arch).tag
  let assumedArch: string | null = null
  const parts = { engine, alive, facts, image, likelyImage, assumedArch: () => assumedArch, options }
  return {
    name: 'docker',
    homePath: SANDBOX_HOME,
    holds: () => false,
    owner: serverOwner(),
    nodeRuntime: async () => {
      const kept = options.endpoint.kind === 'unix' ? keptRuntime(likelyImage('node'), options.store) : null
      if (kept === null) return nodeRuntimeOf(await engine, await image('node'), options.store)
      assumedArch = process.arch
      return kept
    },
    pythonRuntime: async () => pythonRuntimeOf(await engine, await image('python'), options.store),
    open: () => openDocker(parts),
    prepare: async (roles = EVERY_PACKAGES) => {
      for (const role of roles) await image(role)
    },
    lacking: async (roles = EVERY_PACKAGES) => {
      const tags = await Promise.all(roles.map(async (role) => (await recipe(role)).tag))
      const there = await Promise.all(tags.map(async (tag) => hasImage(await engine, tag)))
      return tags.filter((_, index) => !there[index])
    },
  }
}

/** Made at the first call. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null
  return () => {
    made ??= make()
    return made
  }
}

function openDocker(parts: Parts): OpenSandbox {
  const { engine, alive, facts, options } = parts
  const folder = createSessionFolder(options.store)
  const containers = ownContainers()
  const begun = beginTap({
    folder,
    alive,
    facts,
    recorder: options.recorder,
    socket: options.endpoint.kind === 'unix' && isLinux(),
    tapOptions: {
      api: engine.then(({ api }) => api),
      image: () => parts.image('tap'),
      likelyImage: () => parts.likelyImage('tap'),
      facts,
      containers,
    },
  })
  let server: Promise<HeldServer> | null = null
  let limits = NO_LIMITS
  let destroyed = false
  const destroy = (): void => {
    if (destroyed) return
    destroyed = true
    begun.close()
    folder.remove()
    containers.removeAll()
  }
  const failed = (error: unknown): never => {
    destroy()
    throw error instanceof McpRunError ? error : engineError('the sandbox cannot be started', error)
  }
  const capture = begun.tap.then((tap) => tap.capture).catch(failed)
  capture.catch(() => undefined)
  return {
    capture,
    limit: async (wanted) => {
      const kept = limitsIn((await facts()).keeps, wanted)
      limits = kept.limits
      const { notEnforced } = kept
      if (!wanted.required || notEnforced.length === 0) return notEnforced
      const what = `the profile requires its limits: ${notEnforced.join('; ')}`
      throw new McpRunError('sandbox-unavailable', what, {
        hint: 'give the engine control groups, or set `limits.required: false` in the profile',
      })
    },
    prepare: (spec, wanted) => {
      limits = wanted
      hold(spec).catch(() => undefined)
    },
    launch: async (spec) => {
      try {
        const held = hold(spec)
        held.catch(() => undefined)
        await capture
        const holding = { stage: null, command: 'hold', user: null, args: [] } as const
        const failure = await (await begun.tap).order({
          ...holding,
          hostLoopbackPorts: spec.hostLoopbackPorts,
        })
        if (failure !== null) throw new Error(failure)
        const server = await (await held).letGo()
        void engine.then((one) => sweep(one, options.store)).catch(() => undefined)
        return server
      } catch (error) {
        return failed(error)
      }
    },
    destroy,
  }

  function hold(spec: LaunchSpec): Promise<HeldServer> {
    const tapStarted = begun.tap.then(({ started }) => started)
    server ??= holdServer({ spec, container: createServer(spec), tapStarted, destroy })
    return server
  }

  /** Docker takes the filter of system calls as it is, Podman as a file of its own machine. */
  function filterFile(filesHere: boolean): string {
    if (filesHere) return folder.write('seccomp.json', seccompProfile())
    throw new McpRunError(
      'sandbox-unavailable',
      'Podman on another machine takes no filter of system calls',
      {
        hint: orNative('Docker there; or an engine of this machine'),
      },
    )
  }

  async function createServer(wanted: LaunchSpec) {
    const { api, endpoint } = await engine
    const filesHere = endpoint.kind === 'unix'
    const elsewhere = filesHere ? null : withoutHostFiles(wanted)
    elsewhere?.notes.forEach(options.say)
    const tapId = (await (await begun.tap).container).id
    const known = await facts()
    const spec = elsewhere?.spec ?? (known.sameKernel ? wanted : copyOwnFiles(wanted, folder))
    const assumed = parts.assumedArch()
    if (assumed !== null && assumed !== known.arch) throw otherProcessor(known.arch)
    const kept = limitsIn(known.keeps, limits)
    const { image, user } = await serverImage(spec, {
      engine: await engine,
      facts: known,
      image: parts.image,
      say: options.say,
    })
    const etc = filesHere ? folder.etc(user) : []
    const podman = known.podman ? { seccompFile: filterFile(filesHere) } : null
    return containers.create(
      api,
      serverContainer({ spec, image, limits: kept.limits, user, tap: tapId, filesHere, etc, podman }),
    )
  }
}

function otherProcessor(arch: string): McpRunError {
  return new McpRunError('sandbox-unavailable', `the container engine runs on another processor (${arch})`, {
    hint: 'use a store of its own for it: --store DIR',
  })
}
