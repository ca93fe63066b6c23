import { homedir } from 'node:os'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { EngineEndpoint } from '../../runtime/sandbox/docker/endpoint.ts'
import { connectEngine, engineError } from '../../runtime/sandbox/docker/engine.ts'
import { findEngines } from '../../runtime/sandbox/docker/find-engines.ts'

/** Longer than an engine needs that is there; ssh has its own. */
const ANSWER_MS = 3000
const SSH_ANSWER_MS = 30_000

/** Those that there may be. Throws `sandbox-unavailable` where one is named and its name is broken. */
export function knownEngines(prefer?: 'docker' | 'podman'): readonly EngineEndpoint[] {
  return findEngines({
    env: process.env,
    home: homedir(),
    uid: process.getuid?.() ?? 0,
    ...(prefer !== undefined && { prefer }),
  })
}

/** The first container engine that answers. Throws `sandbox-unavailable`, saying what the first one did. */
export async function answeringEngine(found: readonly EngineEndpoint[]): Promise<EngineEndpoint> {
  let failure: McpRunError | null = null
  for (const endpoint of found) {
    try {
      await ping(endpoint)
      return endpoint
    } catch (error) {
      failure ??= engineError(`the container engine (${endpoint.source}) does not answer`, error)
    }
  }
  throw (
    failure ??
    new McpRunError('sandbox-unavailable', 'no container engine was found', {
      hint: 'start Docker or Podman, or use --sandbox native',
    })
  )
}

async function ping(endpoint: EngineEndpoint): Promise<void> {
  const { api } = await connectEngine(endpoint)
  const abortSignal = AbortSignal.timeout(endpoint.kind === 'ssh' ? SSH_ANSWER_MS : ANSWER_MS)
  // Its types do not know of options.
  await (api.ping.bind(api) as (options: object) => Promise<unknown>)({ abortSignal })
}
