import { SANDBOX_HOST } from '../../runtime/sandbox/root-filesystem.ts'
import { type DnsLine, readDns } from '../../runtime/store/read/dns.ts'
import { type FlowLine, readFlows } from '../../runtime/store/read/flows.ts'
import { eachHistory } from '../../runtime/store/read/servers.ts'
import { listServers } from '../../runtime/store/store-folder.ts'

/** Hosts that the server asked for or dialled in its run, sorted; installing its package aside. */
export function contactedHosts(store: string, now: number): readonly string[] {
  const hosts = new Set<string | null>()
  const fail = (error: Error): never => {
    throw error
  }
  eachHistory(
    listServers(store),
    now,
    ({ db }) => {
      for (const query of readDns(db, 0)) if (query.phase === 'run') hosts.add(hostOfQuery(query))
      for (const flow of readFlows(db, 0)) if (flow.phase === 'run') hosts.add(hostOfFlow(flow))
    },
    fail,
  )
  return [...hosts].filter((host) => host !== null).sort()
}

/** Null for the sandbox's own names and for addresses asked for backwards; a service counts as its host. */
export function hostOfQuery({ name }: Pick<DnsLine, 'name'>): string | null {
  const host = name.replace(/^(?:_[^.]+[.])+/, '')
  return host === '' || host === SANDBOX_HOST || /(?:^|[.])(?:arpa|localhost)$/.test(host) ? null : host
}

export function hostOfFlow({ name, address }: Pick<FlowLine, 'name' | 'address'>): string | null {
  return name ?? address
}
