import { McpRunError } from '../../runtime/model/errors.ts'
import { hostName, isLinux } from '../../runtime/model/host.ts'
import { type DockerBackend, type DockerOptions, dockerBackend } from '../../runtime/sandbox/docker/docker.ts'
import type { EngineEndpoint } from '../../runtime/sandbox/docker/endpoint.ts'
import type { PinnedPart } from '../../runtime/sandbox/docker/koffi-parts.ts'
import type { OwnPaths } from '../paths.ts'
import { baseImages, basesByRole } from './base-images.ts'
import { answeringEngine } from './engine.ts'

export interface EngineBackendOptions {
  readonly paths: OwnPaths
  readonly store: string
  readonly recorder: DockerOptions['recorder']
  readonly say: (line: string) => void
}

/** The backend on the first engine that answers. Throws `sandbox-unavailable`. */
export async function engineBackend(
  engines: readonly EngineEndpoint[],
  options: EngineBackendOptions,
): Promise<DockerBackend> {
  return backendOn(await answeringEngine(engines), options)
}

export function backendOn(endpoint: EngineEndpoint, options: EngineBackendOptions): DockerBackend {
  if (options.recorder === 'process' && !isLinux()) {
    const message = `the recorder can be in mcp-run where its kernel is the engine's, and this is ${hostName()}`
    throw new McpRunError('usage', message, { hint: 'leave --recorder process out' })
  }
  const { paths, ...rest } = options
  const { dockerfiles, tap, recorder, koffiBinaries: binaries } = paths
  const base = basesByRole(baseImages(options.store))
  const fetch = async (part: PinnedPart, folder: string): Promise<void> => {
    options.say(`fetching ${part.name}@${part.version}, once, by npm`)
    await (await import('../../runtime/packages/fetch-part.ts')).fetchPart(part, folder)
  }
  return dockerBackend({ ...rest, endpoint, sources: { dockerfiles, tap, recorder, binaries, base, fetch } })
}
