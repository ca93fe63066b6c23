import { homedir } from 'node:os'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { SandboxBackend } from '../../runtime/sandbox/backend.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import type { OwnPaths } from '../paths.ts'
import type { RunArguments } from './arguments.ts'
import { say } from './say.ts'

/** Each backend's code is loaded where it is the one. */
export async function chooseBackend({ options }: RunArguments, paths: OwnPaths): Promise<SandboxBackend> {
  if (options.sandbox !== 'docker') {
    const { nativeBackend } = await import('../../runtime/sandbox/native.ts')
    return nativeBackend({ tapPath: paths.tap })
  }
  const [{ dockerBackend }, { findEngines }] = await Promise.all([
    import('../../runtime/sandbox/docker/docker.ts'),
    import('../../runtime/sandbox/docker/find-engines.ts'),
  ])
  const [endpoint] = findEngines({ env: process.env, home: homedir(), uid: process.getuid?.() ?? 0 })
  if (endpoint === undefined) {
    throw new McpRunError('sandbox-unavailable', 'no container engine was found', {
      hint: 'start Docker or Podman, or use --sandbox native',
    })
  }
  const base = process.env.MCP_RUN_BASE_IMAGE ?? null
  return dockerBackend({
    endpoint,
    store: storeFolder(options.store),
    recorder: options.recorder,
    sources: {
      recorder: paths.recorder,
      dockerfiles: paths.dockerfiles,
      tap: paths.tap,
      base: { tap: base, node: base, python: base },
    },
    say,
  })
}
