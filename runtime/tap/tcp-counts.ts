import { closeSync, openSync, readSync } from 'node:fs'

/** A network namespace's own counts of TCP (proc_pid_net(5)) as open files: they outlive its processes. */
export interface TcpCountFiles {
  readonly snmp: number
  readonly netstat: number
}

/** Of the calling process's namespace. */
export function openTcpCounts(): TcpCountFiles {
  return { snmp: openSync('/proc/net/snmp', 'r'), netstat: openSync('/proc/net/netstat', 'r') }
}

export function closeTcpCounts({ snmp, netstat }: TcpCountFiles): void {
  closeSync(snmp)
  closeSync(netstat)
}

const FILE_BYTES = 65_536

/**
 * Connections that were begun in the namespace and that nobody could accept, since the listener's backlog was
 * full: their client takes them for established, and no other count has them.
 */
export function unacceptedConnections({ snmp, netstat }: TcpCountFiles): number {
  const more = counters(netstat, 'TcpExt')
  if ((more.get('ListenDrops') ?? 0) === 0) return 0
  const tcp = counters(snmp, 'Tcp')
  const [begun = 0, failed = 0, accepted = 0] = ['ActiveOpens', 'AttemptFails', 'PassiveOpens'].map((name) =>
    tcp.get(name),
  )
  // Those that a reset ended on the listener's side, while nobody had accepted them, count as failed too.
  return Math.max(0, begun - (failed - (more.get('EmbryonicRsts') ?? 0)) - accepted)
}

/** Two lines for each protocol: names, then their values. */
function counters(fd: number, protocol: string): ReadonlyMap<string, number> {
  const buffer = Buffer.alloc(FILE_BYTES)
  const text = buffer.toString('latin1', 0, readSync(fd, buffer, 0, FILE_BYTES, 0))
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.split(' ').slice(1))
  return new Map(names.map((name, index) => [name, Number(values[index])]))
}
