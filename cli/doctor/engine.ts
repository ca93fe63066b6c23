import { rmSync } from 'node:fs'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { DockerBackend } from '../../runtime/sandbox/docker/docker.ts'
import type { EngineEndpoint } from '../../runtime/sandbox/docker/endpoint.ts'
import { connectEngine } from '../../runtime/sandbox/docker/engine.ts'
import { engineFacts } from '../../runtime/sandbox/docker/engine-facts.ts'
import { createRunFolder } from '../../runtime/sandbox/run-folder.ts'
import type { OwnPaths } from '../paths.ts'
import { baseImages, keepBaseImages } from '../run/base-images.ts'
import { answeringEngine, knownEngines } from '../run/engine.ts'
import { backendOn } from '../run/engine-backend.ts'
import { type Check, missing, note, ok } from './check.ts'
import { checkInForce } from './in-force.ts'

export interface EngineExamination {
  readonly checks: readonly Check[]
  /** A container can be had, now or once the images are built. */
  readonly answers: boolean
}

/** Servers of npm start without. */
const AT_FIRST_USE = [
  { role: 'python', server: 'Python server' },
  { role: 'git', server: 'repository' },
] as const

/** The container engine, and what a server's container really is. `build`: its images are made where they are not there. */
export async function examineEngine(
  paths: OwnPaths,
  store: string,
  build: boolean,
): Promise<EngineExamination> {
  try {
    const endpoint = await answeringEngine(knownEngines())
    const facts = await engineFacts(await connectEngine(endpoint))
    const where = facts.sameKernel ? 'the recorder is in mcp-run' : 'the recorder is a container too'
    const kind = `${facts.podman ? 'Podman' : 'Docker'}${facts.rootless ? ', rootless' : ''}`
    const answers = ok('engine', `${kind}, by ${endpoint.source}: ${where}`)
    return { checks: [answers, ...(await examineImages(endpoint, paths, store, build))], answers: true }
  } catch (error) {
    if (!(error instanceof McpRunError)) throw error
    return { checks: [note('engine', error.message)], answers: false }
  }
}

async function examineImages(
  endpoint: EngineEndpoint,
  paths: OwnPaths,
  store: string,
  build: boolean,
): Promise<readonly Check[]> {
  const say = (line: string): void => void process.stdout.write(`  ${line}\n`)
  const backend = backendOn(endpoint, { paths, store, recorder: 'auto', say })
  const lacking = await backend.lacking()
  if (lacking.length > 0 && !build) {
    return [missing('images', `not built yet: ${lacking.join(', ')}`, [['mcp-run', 'doctor', '--fix']])]
  }
  try {
    await backend.prepare()
  } catch (error) {
    if (!(error instanceof McpRunError)) throw error
    return [missing('images', `${error.message}; ${error.hint ?? ''}`)]
  }
  keepBaseImages(store, baseImages(store))
  const others: Check[] = []
  for (const one of AT_FIRST_USE) others.push(await examineOther(backend, one, build))
  // Where a server's is too: an engine's machine need not have the host's /tmp.
  const home = createRunFolder(store)
  try {
    return [ok('images', 'built'), ...others, ...(await checkInForce(backend, home))]
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

async function examineOther(
  backend: DockerBackend,
  { role, server }: (typeof AT_FIRST_USE)[number],
  build: boolean,
): Promise<Check> {
  const name = `${role} image`
  const lacking = await backend.lacking([role])
  if (lacking.length > 0 && !build) {
    return note(name, `not built yet: the first ${server} builds it, or mcp-run doctor --fix now`)
  }
  try {
    await backend.prepare([role])
    return ok(name, 'built')
  } catch (error) {
    if (!(error instanceof McpRunError)) throw error
    return note(name, `no ${server} can be run in a container: ${error.message}; ${error.hint ?? ''}`)
  }
}
