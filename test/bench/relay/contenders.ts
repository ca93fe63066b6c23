import type { ChildProcess } from 'node:child_process'
import { product } from '../../fixtures/product/product.ts'
import { BASE_PORT, type FarEnd, OPAQUE_HOST, PORTS, TLS_HOST } from './far-end.ts'
import { LineProcess } from './line-process.ts'
import {
  HAPROXY_BASE_PORT,
  type Proxy as RunningProxy,
  SQUID_PORT,
  startHaproxy,
  startSquid,
} from './proxies.ts'

export const LABELS = {
  direct: 'direct',
  'mcp-run': 'mcp-run, TLS',
  opaque: 'mcp-run, opaque',
  squid: 'squid CONNECT',
  haproxy: 'haproxy, tcp',
} as const

export type ContenderName = keyof typeof LABELS

/** A way to the far server, with a load generator at its near end. */
export interface RelayContender {
  readonly name: ContenderName
  readonly generator: LineProcess
  /** The process whose CPU is counted; null where nothing is in between. */
  readonly pid: number | null
}

export interface ContenderOptions {
  readonly far: FarEnd
  readonly folder: string
  readonly dist: string
  readonly generator: string
}

/** Starts every way that this machine has, and tells which it lacks. */
export async function startContenders(options: ContenderOptions): Promise<{
  readonly here: readonly RelayContender[]
  readonly missing: readonly string[]
  end(): Promise<void>
}> {
  const { far, folder, generator } = options
  const { internet } = far
  const load = (args: readonly string[]): LineProcess =>
    new LineProcess(internet.spawn([generator, ...args], { cwd: folder }))
  const direct = load([TLS_HOST, `${BASE_PORT}`, 'tls'])
  const here: RelayContender[] = [
    { name: 'direct', generator: direct, pid: null },
    throughMcpRun(options, 'mcp-run', [TLS_HOST, `${BASE_PORT}`, 'tls']),
    throughMcpRun(options, 'opaque', [OPAQUE_HOST, `${BASE_PORT}`, 'opaque']),
  ]
  const missing: string[] = []
  const proxies: RunningProxy[] = []
  const add = (name: 'squid' | 'haproxy', proxy: RunningProxy | null, args: readonly string[]): void => {
    if (proxy === null) missing.push(`${name} (apt-get install ${name})`)
    else {
      proxies.push(proxy)
      here.push({ name, generator: load(args), pid: proxy.pid })
    }
  }
  add('squid', await startSquid(internet, folder), [TLS_HOST, `${BASE_PORT}`, 'tls', `${SQUID_PORT}`])
  add('haproxy', await startHaproxy(internet, folder), ['localhost', `${HAPROXY_BASE_PORT}`, 'tls'])
  const end = async (): Promise<void> => {
    for (const { generator: one } of here) one.end()
    await Promise.all(proxies.map((proxy) => proxy.end()))
  }
  return { here, missing, end }
}

/** The generator as a sandboxed server, under a profile that declares the far server alone. */
function throughMcpRun(
  { far, dist, generator }: ContenderOptions,
  name: 'mcp-run' | 'opaque',
  args: readonly string[],
): RelayContender {
  const mcp = product(far.internet, { user: 'root', dist })
  const ports = `[${PORTS.join(', ')}]`
  const profile = mcp.profile(
    'bench',
    `name: bench
egress:
  - { host: ${TLS_HOST}, ports: ${ports}, protocol: tls }
  - { host: ${OPAQUE_HOST}, ports: ${ports}, protocol: opaque }
`,
  )
  const child: ChildProcess = mcp.spawn(['--profile', profile, '--', generator, ...args])
  return { name, generator: new LineProcess(child), pid: child.pid ?? 0 }
}
