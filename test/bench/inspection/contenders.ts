import type { Internet } from '../../fixtures/internet/model.ts'
import { type Product, product } from '../../fixtures/product/product.ts'
import { LineProcess } from '../line-process.ts'
import type { RunningProxy } from '../proxy-process.ts'
import { HOST, PORT } from './far-end.ts'
import { RECIPIENT, SENDER, TOKEN } from './load/mail.ts'
import { PEERS, type PeerName } from './proxies.ts'

export type ContenderName = 'direct' | 'mcp-run' | PeerName

/** A way to the far server, with a load generator at its near end. */
export interface InspectionContender {
  readonly name: ContenderName
  readonly label: string
  readonly generator: LineProcess
  /** The process whose CPU is counted; null where nothing is in between. */
  readonly pid: number | null
}

export interface ContenderOptions {
  readonly internet: Internet
  readonly folder: string
  readonly dist: string
  readonly generator: string
  readonly mockttp: string | null
}

export interface Contenders {
  readonly here: readonly InspectionContender[]
  readonly missing: readonly string[]
  /** What mcp-run alerted to: nothing, or it did something else than was meant. */
  alerts(): Promise<readonly unknown[]>
  end(): Promise<void>
}

/** Starts every way that this machine has, and tells which it lacks. */
export async function startContenders(options: ContenderOptions): Promise<Contenders> {
  const { internet, generator } = options
  const load = (proxyPort: number, caFile: string): LineProcess =>
    new LineProcess(
      internet.spawn([process.execPath, generator, HOST, `${PORT}`, `${proxyPort}`], {
        env: { NODE_EXTRA_CA_CERTS: caFile },
      }),
    )
  const mcp = product(internet, {
    user: 'root',
    dist: options.dist,
    env: { NODE_EXTRA_CA_CERTS: internet.caFile },
  })
  const here: InspectionContender[] = [
    { name: 'direct', label: 'direct', generator: load(0, internet.caFile), pid: null },
    throughMcpRun(mcp, options),
  ]
  const proxies: RunningProxy[] = []
  const missing: string[] = []
  const end = async (): Promise<void> => {
    for (const { generator: one } of here) one.end()
    await Promise.all(proxies.map((proxy) => proxy.end()))
  }
  try {
    for (const { name, start, how } of PEERS) {
      const peer = await start(options)
      if (peer === null) missing.push(`${name} (${how})`)
      else {
        proxies.push(peer)
        here.push({ name, label: peer.label, generator: load(peer.port, peer.caFile), pid: peer.pid })
      }
    }
  } catch (error) {
    await end()
    throw error
  }
  const alerts = async (): Promise<readonly unknown[]> =>
    JSON.parse(await mcp.egress(['alerts', '--format', 'json'])).alerts
  return { here, missing, alerts, end }
}

/** As the profile of a mail API has it: what is posted is held until all of it is read and every value explained. */
function throughMcpRun(mcp: Product, { generator }: ContenderOptions): InspectionContender {
  const sink = (host: string): string =>
    `{ host: "${host}", method: POST, path: /email, field: "**", onUnexplained: block }`
  const egress = (host: string): string =>
    `{ host: "${host}", ports: [${PORT}], inspect: required, requests: [POST /email] }`
  const profile = mcp.profile(
    'bench',
    `name: bench
env:
  set: { BENCH_SENDER: ${SENDER}, BENCH_RECIPIENT: ${RECIPIENT}, BENCH_TOKEN: ${TOKEN} }
egress:
  - ${egress(HOST)}
  - ${egress(`*.${HOST}`)}
sinks:
  - ${sink(HOST)}
  - ${sink(`*.${HOST}`)}
`,
  )
  const child = mcp.spawn(['--profile', profile, '--', process.execPath, generator, HOST, `${PORT}`, '0'])
  return {
    name: 'mcp-run',
    label: 'mcp-run, bodies read',
    generator: new LineProcess(child),
    pid: child.pid ?? 0,
  }
}
