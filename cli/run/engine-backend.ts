import { type DockerBackend, type DockerOptions, dockerBackend } from '../../runtime/sandbox/docker/docker.ts'
import type { EngineEndpoint } from '../../runtime/sandbox/docker/endpoint.ts'
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
  const { paths, ...rest } = options
  const { dockerfiles, tap, recorder } = paths
  const base = basesByRole(baseImages(options.store))
  return dockerBackend({ ...rest, endpoint, sources: { dockerfiles, tap, recorder, base } })
}
