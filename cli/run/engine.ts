import { homedir } from 'node:os'
import { McpRunError } from '../../runtime/model/errors.ts'
import { orNative } from '../../runtime/model/host.ts'
import type { EngineEndpoint } from '../../runtime/sandbox/docker/endpoint.ts'
import { answers, connectEngine } from '../../runtime/sandbox/docker/engine.ts'
import { findEngines } from '../../runtime/sandbox/docker/find-engines.ts'

/** Those that there may be. Throws `sandbox-unavailable` where one is named and its name is broken. */
export function knownEngines(prefer?: 'docker' | 'podman'): readonly EngineEndpoint[] {
  return findEngines({
    env: process.env,
    home: homedir(),
    uid: process.getuid?.() ?? 0,
    ...(prefer !== undefined && { prefer }),
  })
}

/**
 * The first container engine that answers. Throws `sandbox-unavailable`, saying what the first one did. One that is
 * alone is not asked here: it is the one, and what is asked of it next tells whether it answers.
 */
export async function answeringEngine(found: readonly EngineEndpoint[]): Promise<EngineEndpoint> {
  const [first, ...others] = found
  if (first !== undefined && others.length === 0) return first
  let failure: McpRunError | null = null
  for (const endpoint of found) {
    try {
      await answers(await connectEngine(endpoint))
      return endpoint
    } catch (error) {
      if (!(error instanceof McpRunError)) throw error
      failure ??= error
    }
  }
  throw (
    failure ??
    new McpRunError('sandbox-unavailable', 'no container engine was found', {
      hint: orNative('start Docker or Podman', ', or use --sandbox native'),
    })
  )
}
