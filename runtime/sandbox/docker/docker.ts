import { join } from 'node:path'
import { McpRunError } from '../../model/errors.ts'
import type { Profile } from '../../model/profile.ts'
import type { LaunchSpec, OpenSandbox, SandboxBackend } from '../backend.ts'
import { SANDBOX_HOME } from '../root-filesystem.ts'
import { ownContainers } from './containers.ts'
import type { EngineEndpoint } from './endpoint.ts'
import { connectEngine, type Engine, engineError } from './engine.ts'
import { type EngineFacts, engineFacts } from './engine-facts.ts'
import { limitsIn } from './engine-limits.ts'
import { environmentLine } from './environment-line.ts'
import { withoutHostFiles } from './files-elsewhere.ts'
import { type ImageRole, type ImageSources, imageRecipe } from './image-recipe.ts'
import { ensureImage, hasImage } from './images.ts'
import { nodeRuntimeOf } from './node-runtime.ts'
import { startAttached } from './running-container.ts'
import { seccompProfile } from './seccomp-profile.ts'
import { serverContainer } from './server-container.ts'
import { serverImage } from './server-image.ts'
import { createSessionFolder } from './session-folder.ts'
import { sweep } from './sweep.ts'
import { tapBehindRecorder } from './tap-behind-recorder.ts'
import { type Tap, tapInReach } from './tap-in-reach.ts'
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
  /** Has the images that every package needs, built now if they are not there. Throws `sandbox-unavailable`. */
  prepare(): Promise<void>
  /** Those of them that are not there. */
  lacking(): Promise<readonly string[]>
}

/** All that a sandbox asks of its engine. */
interface Parts {
  readonly engine: Promise<Engine>
  readonly facts: Promise<EngineFacts>
  /** The image for a role, there for use. */
  readonly image: (role: ImageRole) => Promise<string>
  readonly options: DockerOptions
}

const PREPARED = ['tap', 'node'] as const
const NO_LIMITS: Profile['limits'] = { memory: null, cpus: null, pids: null, required: false }

/**
 * A container engine: the tap's container holds the network, the server's joins it, and the recorder is in this
 * process, or in a container where this process cannot be handed the tap's sockets.
 */
export function dockerBackend(options: DockerOptions): DockerBackend {
  const engine = connectEngine(options.endpoint)
  const facts = engine.then(engineFacts)
  for (const promise of [engine, facts]) promise.catch(() => undefined)
  const recipe = async (role: ImageRole) => imageRecipe(role, options.sources, (await facts).arch)
  const image = async (role: ImageRole): Promise<string> => {
    const wanted = await recipe(role)
    await ensureImage(await engine, wanted, { folder: join(options.store, 'run'), say: options.say })
    return wanted.tag
  }
  const parts = { engine, facts, image, options }
  return {
    name: 'docker',
    homePath: SANDBOX_HOME,
    holds: () => false,
    owner: serverOwner(),
    nodeRuntime: async () => nodeRuntimeOf(await engine, await image('node'), options.store),
    open: () => openDocker(parts),
    prepare: async () => {
      for (const role of PREPARED) await image(role)
    },
    lacking: async () => {
      const tags = await Promise.all(PREPARED.map(async (role) => (await recipe(role)).tag))
      const there = await Promise.all(tags.map(async (tag) => hasImage(await engine, tag)))
      return tags.filter((_, index) => !there[index])
    },
  }
}

function openDocker(parts: Parts): OpenSandbox {
  const { engine, facts, options } = parts
  const folder = createSessionFolder(options.store)
  const containers = ownContainers()
  let tap: Tap | null = null
  let limits = NO_LIMITS
  let destroyed = false
  const destroy = (): void => {
    if (destroyed) return
    destroyed = true
    tap?.close()
    folder.remove()
    containers.removeAll()
  }
  const failed = (error: unknown): never => {
    destroy()
    throw error instanceof McpRunError ? error : engineError('the sandbox cannot be started', error)
  }
  const tapped = (async (): Promise<Tap> => {
    const remote = options.recorder === 'auto' ? !(await facts).sameKernel : options.recorder === 'container'
    if (destroyed) throw new Error('it was ended before it began')
    const tapOptions = {
      api: engine.then(({ api }) => api),
      image: parts.image('tap'),
      keeps: facts.then(({ keeps }) => keeps),
      containers,
    }
    tap = remote ? tapBehindRecorder(tapOptions) : tapInReach(folder, tapOptions)
    return tap
  })()
  const capture = tapped.then((one) => one.capture).catch(failed)
  capture.catch(() => undefined)
  return {
    capture,
    limit: async (wanted) => {
      const kept = limitsIn((await facts).keeps, wanted)
      limits = kept.limits
      const { notEnforced } = kept
      if (!wanted.required || notEnforced.length === 0) return notEnforced
      const what = `the profile requires its limits: ${notEnforced.join('; ')}`
      throw new McpRunError('sandbox-unavailable', what, {
        hint: 'give the engine control groups, or set `limits.required: false` in the profile',
      })
    },
    launch: async (spec) => {
      try {
        await capture
        const { order, container } = await tapped
        const created = createServer(spec)
        created.catch(() => undefined)
        const holding = { stage: null, command: 'hold', args: [] } as const
        const failure = await order({ ...holding, hostLoopbackPorts: spec.hostLoopbackPorts })
        if (failure !== null) throw new Error(failure)
        const program = spec.command[0] ?? 'its entrypoint'
        const firstLine = spec.image?.kind === 'image' ? null : environmentLine(spec.env)
        const server = await startAttached(await created, { program, firstLine, destroy })
        void container.then(async () => sweep(await engine, options.store)).catch(() => undefined)
        return server
      } catch (error) {
        return failed(error)
      }
    },
    destroy,
  }

  /** Docker takes the filter of system calls as it is, Podman as a file of its own machine. */
  function filterFile(filesHere: boolean): string {
    if (filesHere) return folder.write('seccomp.json', seccompProfile())
    throw new McpRunError(
      'sandbox-unavailable',
      'Podman on another machine takes no filter of system calls',
      {
        hint: 'Docker there; or an engine of this machine; or the native sandbox: --sandbox native',
      },
    )
  }

  async function createServer(wanted: LaunchSpec) {
    const { api, endpoint } = await engine
    const filesHere = endpoint.kind === 'unix'
    const { spec, notes } = filesHere ? { spec: wanted, notes: [] } : withoutHostFiles(wanted)
    notes.forEach(options.say)
    const { image, user } = await serverImage(spec, {
      engine: await engine,
      facts: await facts,
      image: parts.image,
      say: options.say,
    })
    const tapId = (await (await tapped).container).id
    const etc = filesHere ? folder.etc(user) : []
    const seccompFile = (await facts).podman ? filterFile(filesHere) : null
    return containers.create(
      api,
      serverContainer({ spec, image, limits, user, tap: tapId, filesHere, etc, seccompFile }),
    )
  }
}
