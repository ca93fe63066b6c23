import { type DockerBackend, type DockerOptions, dockerBackend } from '../../runtime/sandbox/docker/docker.ts'
import type { EngineEndpoint } from '../../runtime/sandbox/docker/endpoint.ts'
import type { OwnPaths } from '../paths.ts'
import { baseImages, basesByRole } from './base-images.ts'
import { answeringEngine } from './engine.ts'
import { say } from './say.ts'

/** The backend on the engine that answers. Throws `sandbox-unavailable`. */
export async function engineBackend(options: {
  readonly paths: OwnPaths
  readonly store: string
  readonly recorder: DockerOptions['recorder']
  /** In order of preference: the first that answers. */
  readonly engines: readonly EngineEndpoint[]
}): Promise<DockerBackend> {
  const { paths, store, recorder, engines } = options
  const { dockerfiles, tap } = paths
  const base = basesByRole(baseImages(store))
  return dockerBackend({
    endpoint: await answeringEngine(engines),
    store,
    sources: { dockerfiles, tap, recorder: paths.recorder, base },
    recorder,
    say,
  })
}
