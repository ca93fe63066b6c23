import { join } from 'node:path'
import { McpRunError } from '../../model/errors.ts'
import { isLinux } from '../../model/host.ts'
import { contextEndpoint, currentContext } from './contexts.ts'
import { DEFAULT_SOCKET, type EngineEndpoint, parseEngineAddress } from './endpoint.ts'
import { type EngineFiles, realFiles } from './engine-files.ts'
import { type EngineTls, tlsIn } from './engine-tls.ts'

export interface FindEnginesOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whose they are: clients pass HOME on, and none of the variables that name an engine. */
  readonly home: string
  readonly uid: number
  /** Whose engine goes first: `podman` where the user wrote `podman run`. */
  readonly prefer?: 'docker' | 'podman'
  readonly files?: EngineFiles
}

/**
 * The container engines that may answer, in order of preference. One that was named, by a variable or a docker
 * context, is the only one, whether it answers or not. Throws `sandbox-unavailable` where what is named is broken.
 */
export function findEngines(options: FindEnginesOptions): readonly EngineEndpoint[] {
  const named = namedEngine(options)
  return named === null ? usualEngines(options) : [named]
}

function namedEngine({ env, home, prefer, files = realFiles }: FindEnginesOptions): EngineEndpoint | null {
  const configFolder = env.DOCKER_CONFIG || join(home, '.docker')
  const dockerTls = environmentTls(env, configFolder, files)
  const docker = () => fromVariable('DOCKER_HOST', env.DOCKER_HOST, dockerTls)
  const podman = () => fromVariable('CONTAINER_HOST', env.CONTAINER_HOST, null)
  // Podman knows no contexts.
  if (prefer === 'podman') return podman() ?? docker()
  return docker() ?? podman() ?? fromContext({ env, configFolder, files })
}

function fromVariable(name: string, value: string | undefined, tls: EngineTls | null): EngineEndpoint | null {
  if (value === undefined || value === '') return null
  const parsed = parseEngineAddress(value, tls)
  if (parsed.ok) return { ...parsed.address, source: name, named: true }
  throw new McpRunError('sandbox-unavailable', `${name} ${parsed.flaw}.`, {
    hint: `${name} is ${parsed.hint}; unset, mcp-run looks for an engine itself`,
  })
}

/** Set to anything at all, as Docker has it, though it were `0`. */
function environmentTls(
  env: FindEnginesOptions['env'],
  configFolder: string,
  files: EngineFiles,
): EngineTls | null {
  if (!env.DOCKER_TLS_VERIFY && !env.DOCKER_TLS) return null
  const folder = env.DOCKER_CERT_PATH || configFolder
  if (!env.DOCKER_TLS_VERIFY) return tlsIn(folder, false, files)
  // Named though it were absent: without it, whom to believe would be another's choice.
  return { ...tlsIn(folder, true, files), ca: join(folder, 'ca.pem') }
}

function fromContext({
  env,
  configFolder,
  files,
}: Pick<FindEnginesOptions, 'env'> & { configFolder: string; files: EngineFiles }): EngineEndpoint | null {
  const place = { configFolder, files }
  const asked = env.DOCKER_CONTEXT ?? ''
  if (asked === 'default')
    return { kind: 'unix', socketPath: DEFAULT_SOCKET, source: 'docker context default', named: true }
  if (asked !== '') return contextEndpoint(asked, 'DOCKER_CONTEXT', place)
  const current = currentContext(configFolder, files)
  return current === null ? null : contextEndpoint(current, join(configFolder, 'config.json'), place)
}

/** Each socket once: several paths may lead to one engine. */
function usualEngines({ env, home, uid, prefer, files = realFiles }: FindEnginesOptions): EngineEndpoint[] {
  const runtimeFolders = [env.XDG_RUNTIME_DIR || null, `/run/user/${uid}`].filter((one) => one !== null)
  const docker: Usual[] = [
    [DEFAULT_SOCKET, DEFAULT_SOCKET],
    ...runtimeFolders.map((folder): Usual => ['rootless Docker', join(folder, 'docker.sock')]),
    [isLinux() ? 'rootless Docker' : 'Docker Desktop', join(home, '.docker/run/docker.sock')],
    ['Docker Desktop', join(home, '.docker/desktop/docker.sock')],
    ['Colima', join(home, '.colima/default/docker.sock')],
    ['OrbStack', join(home, '.orbstack/run/docker.sock')],
    ['Rancher Desktop', join(home, '.rd/docker.sock')],
  ]
  const podman: Usual[] = [
    ...runtimeFolders.map((folder): Usual => ['rootless Podman', join(folder, 'podman/podman.sock')]),
    ['Podman', '/run/podman/podman.sock'],
  ]
  const found = new Map<string, EngineEndpoint>()
  for (const [source, socketPath] of prefer === 'podman' ? [...podman, ...docker] : [...docker, ...podman]) {
    const socket = files.socket(socketPath)
    if (socket === null || found.has(socket)) continue
    found.set(socket, { kind: 'unix', socketPath, source, named: false })
  }
  return [...found.values()]
}

type Usual = readonly [source: string, socketPath: string]
