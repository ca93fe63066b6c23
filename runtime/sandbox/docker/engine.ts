import type { Agent } from 'node:http'
import type Dockerode from 'dockerode'
import { McpRunError } from '../../model/errors.ts'
import { orNative } from '../../model/host.ts'
import { escapeText } from '../../model/text.ts'
import type { EngineEndpoint } from './endpoint.ts'
import { realFiles } from './engine-files.ts'
import { readEngineTls } from './engine-tls.ts'

/** A container engine that speaks Docker's API, at the end of its endpoint. */
export interface Engine {
  readonly endpoint: EngineEndpoint
  readonly api: Dockerode
}

/** Loads the library, which is why it is not done before it is known that an engine is wanted. */
export async function connectEngine(endpoint: EngineEndpoint): Promise<Engine> {
  const { default: Docker } = await import('dockerode')
  return { endpoint, api: new Docker(await options(endpoint)) }
}

/** Longer than an engine needs that is there, on a machine that is not busy: after it, others are asked. */
const ANSWER_MS = 3000
/** For one in whose place there is no other; ssh has its own. */
const NAMED_ANSWER_MS = 20_000
const SSH_ANSWER_MS = 30_000

/** Throws `sandbox-unavailable` where the engine does not answer, or not soon. */
export async function answers({ api, endpoint }: Engine): Promise<void> {
  const abortSignal = AbortSignal.timeout(patienceWith(endpoint))
  try {
    // Its types do not know of options.
    await (api.ping.bind(api) as (options: object) => Promise<unknown>)({ abortSignal })
  } catch (error) {
    throw engineError(`the container engine (${endpoint.source}) does not answer`, error)
  }
}

function patienceWith({ kind, named }: EngineEndpoint): number {
  if (kind === 'ssh') return SSH_ANSWER_MS
  return named ? NAMED_ANSWER_MS : ANSWER_MS
}

async function options(endpoint: EngineEndpoint): Promise<Dockerode.DockerOptions & { agent?: Agent }> {
  switch (endpoint.kind) {
    case 'unix':
      return { socketPath: endpoint.socketPath }
    case 'tcp': {
      const { host, port } = endpoint
      if (endpoint.tls === null) return { host, port, protocol: 'http' }
      return { host, port, protocol: 'https', ...readEngineTls(endpoint.tls, realFiles) }
    }
    case 'ssh': {
      const { sshAgent } = await import('./ssh-agent.ts')
      return { host: 'engine', port: 80, protocol: 'http', agent: sshAgent(endpoint.url) }
    }
  }
}

/** What an engine answers an error with, in words for a person. Never the engine's own terminal sequences. */
export function engineError(doing: string, error: unknown, hint?: string): McpRunError {
  const { json, message, code } = error as {
    json?: { message?: string }
    message?: string
    code?: string
  }
  const said = json?.message ?? message ?? String(error)
  const text = escapeText(said.replaceAll(/\s+/g, ' ').trim(), 600)
  return new McpRunError('sandbox-unavailable', `${doing}: ${text}`, {
    hint:
      hint ?? (UNSEEN.test(said) ? SHARE_IT : hintFor(code)) ?? 'mcp-run doctor says what this machine lacks',
    cause: error,
  })
}

/** In the words of Docker, of Docker Desktop, and of Podman. */
const UNSEEN =
  /bind source path does not exist|mounts denied|not shared from the host|statfs \S+ no such file/i
const SHARE_IT =
  "the engine's machine does not see this path of yours: share its folder with it (Docker Desktop: Settings, Resources, File sharing; Colima: colima start --mount FOLDER:w), or take one below your home folder"

function hintFor(code: string | undefined): string | null {
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return orNative('start the container engine', ', or choose the other sandbox: --sandbox native')
    case 'EACCES':
      return orNative(
        'let your user use the engine (for Docker: the group docker)',
        ', or use --sandbox native',
      )
    default:
      return null
  }
}

export function statusOf(error: unknown): number | null {
  const { statusCode } = error as { statusCode?: unknown }
  return typeof statusCode === 'number' ? statusCode : null
}
