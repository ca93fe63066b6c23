import type { ChildProcess } from 'node:child_process'
import { product } from '../../fixtures/product/product.ts'
import { LineProcess } from '../line-process.ts'
import type { RunningProxy } from '../proxy-process.ts'
import { BASE_PORT, type FarEnd, OPAQUE_HOST, PORTS, TLS_HOST } from './far-end.ts'
import { HAPROXY_BASE_PORT, SQUID_PORT, startHaproxy, startTunnelling } from './proxies.ts'

export type ContenderName = 'direct' | 'mcp-run' | 'opaque' | 'squid' | 'haproxy'

/** A way to the far server, with a load generator at its near end. */
export interface RelayContender {
  readonly name: ContenderName
  readonly label: string
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
    { name: 'direct', label: 'direct', generator: direct, pid: null },
    throughMcpRun(options, 'mcp-run', [TLS_HOST, `${BASE_PORT}`, 'tls']),
    throughMcpRun(options, 'opaque', [OPAQUE_HOST, `${BASE_PORT}`, 'opaque']),
  ]
  const missing: string[] = []
  const proxies: RunningProxy[] = []
  const add = (name: 'squid' | 'haproxy', proxy: RunningProxy | null, args: readonly string[]): void => {
    if (proxy === null) missing.push(`${name} (apt-get install ${name})`)
    else {
      proxies.push(proxy)
      here.push({ name, label: proxy.label, generator: load(args), pid: proxy.pid })
    }
  }
  add('squid', await startTunnelling(internet, folder), [TLS_HOST, `${BASE_PORT}`, 'tls', `${SQUID_PORT}`])
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
  const label = name === 'opaque' ? 'mcp-run, opaque' : 'mcp-run, TLS'
  return { name, label, generator: new LineProcess(child), pid: child.pid ?? 0 }
}
