import { McpRunError } from '../../runtime/model/errors.ts'
import { hostName, isLinux } from '../../runtime/model/host.ts'
import { shownAddress } from '../../runtime/packages/origin.ts'
import type { SandboxBackend } from '../../runtime/sandbox/backend.ts'
import type { DockerBackend } from '../../runtime/sandbox/docker/docker.ts'
import type { EngineEndpoint } from '../../runtime/sandbox/docker/endpoint.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import type { OwnPaths } from '../paths.ts'
import type { RunArguments } from './arguments.ts'
import { type Availability, type ChoiceQuestion, decideSandbox, wantedSandbox } from './choice.ts'
import { isEngineCommand } from './docker-run.ts'
import { readChoice, rememberChoice, type SandboxName } from './remembered-choice.ts'
import { runnerName } from './runner/runner.ts'
import { say } from './say.ts'

/** The sandbox of a start, and how it came about. */
export interface ChosenBackend {
  readonly backend: SandboxBackend
  /** To be called once it has proved itself: what was chosen anew is said, and kept for the next start. */
  confirm(): void
}

/** Each backend's code is loaded where it is the one. Throws `sandbox-unavailable`. */
export async function chooseBackend(args: RunArguments, paths: OwnPaths): Promise<ChosenBackend> {
  const store = storeFolder(args.options.store)
  const key = whatWasNamed(args)
  const question: ChoiceQuestion = {
    asked: args.options.sandbox,
    remembered: readChoice(store, key),
    image: isImage(args),
  }
  const wanted = wantedSandbox(question)
  if (wanted !== null && !(question.image && question.asked === 'native')) {
    const backend =
      wanted.sandbox === 'native'
        ? await native(paths)
        : await docker(args, paths, store, await enginesFor(args))
    const remember = isLinux() && !question.image && question.remembered?.sandbox !== wanted.sandbox
    return { backend, confirm: () => remember && keep(store, key, wanted) }
  }
  // An engine that is named, and whose name is broken, is an error: never silently another sandbox.
  const engines = await enginesFor(args)
  const engine = await tried(async () => {
    const backend = await docker(args, paths, store, engines)
    await backend.prepare()
    return backend
  })
  const tools = await tried(async () => {
    const { requireTools } = await import('../../runtime/sandbox/tools.ts')
    requireTools()
    return native(paths)
  })
  const decision = decideSandbox(question, { engine, native: tools })
  if (decision.sandbox === null) {
    throw new McpRunError('sandbox-unavailable', decision.message, { hint: decision.hint })
  }
  const { backend } = decision.sandbox === 'docker' ? engine : tools
  if (backend === null) throw new Error('a sandbox that works has a backend')
  return { backend, confirm: () => decision.remember && keep(store, key, decision) }
}

/** A sandbox that has no profile to be remembered for: the user's arguments name no image. */
export function isImage({ options, own, words }: RunArguments): boolean {
  return options.image !== null || (own && isEngineCommand(words))
}

function whatWasNamed({ options, words, runner }: RunArguments): string {
  const named = runner === undefined ? null : runnerName(runner)
  return shownAddress(options.profile ?? named ?? options.packages[0] ?? words[0] ?? '')
}

function keep(store: string, key: string, { sandbox, why }: { sandbox: SandboxName; why: string }): void {
  const problem = rememberChoice(store, key, { sandbox, at: new Date().toISOString() })
  const other = sandbox === 'docker' ? 'native' : 'docker'
  const kept = problem === null ? `kept for ${key}; --sandbox ${other} changes it` : `not kept (${problem})`
  say(`sandbox ${sandbox}: ${why}; ${kept}`)
}

async function tried(
  make: () => Promise<SandboxBackend>,
): Promise<Availability & { readonly backend: SandboxBackend | null }> {
  try {
    return { backend: await make(), works: true, reason: null }
  } catch (error) {
    if (!(error instanceof McpRunError)) throw error
    return { backend: null, works: false, reason: error.message }
  }
}

async function native(paths: OwnPaths): Promise<SandboxBackend> {
  if (!isLinux()) throw noNative()
  const { nativeBackend } = await import('../../runtime/sandbox/native.ts').catch(incomplete)
  return nativeBackend({ tapPath: paths.tap })
}

/** What a sandbox is made with could not be loaded. */
function incomplete(cause: Error): never {
  throw new McpRunError('sandbox-unavailable', cause.message, { cause })
}

function noNative(): McpRunError {
  const message = `--sandbox native is made of what Linux alone has, and this is ${hostName()}`
  return new McpRunError('sandbox-unavailable', message, {
    hint: 'leave it out: servers run in containers, of Docker Desktop, Colima or OrbStack',
  })
}

async function docker(
  args: RunArguments,
  paths: OwnPaths,
  store: string,
  engines: readonly EngineEndpoint[],
): Promise<DockerBackend> {
  const { engineBackend } = await import('./engine-backend.ts').catch(incomplete)
  return engineBackend(engines, { paths, store, recorder: args.options.recorder, say })
}

async function enginesFor({ own, words }: RunArguments): Promise<readonly EngineEndpoint[]> {
  const { knownEngines } = await import('./engine.ts')
  return knownEngines(own && /podman/.test(words[0] ?? '') ? 'podman' : undefined)
}
