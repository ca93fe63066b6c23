import { addresses } from '../fixtures/internet/addresses.ts'
import type { Attack } from './rig/case.ts'
import { NO_NETWORK } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { send } from './rig/kit.ts'
import type { Place } from './rig/place.ts'

const COUNT = 40
const OTHER = '192.0.2.200'
/** A QUIC Initial's first bytes and its padding (RFC 9000, 14.1). */
const INITIAL = Buffer.concat([
  Buffer.from('c300000001088394c8f03e5157080000449e', 'hex'),
  Buffer.alloc(1182),
])

/** So many datagrams to the sink, each of which must be counted. */
const sent = (
  way: string,
  title: string,
  more: Partial<Attack> & { to?: (at: Place) => string; count?: number } = {},
): Attack => {
  const { to = ({ sink }: Place) => sink.v4, count = COUNT, ...rest } = more
  return {
    row: 19,
    title,
    script: (at) => `node $KIT/udp.cjs ${way} ${to(at)} 9999 ${count}`,
    denied: { in: 'drops', reason: 'udp', row: (at) => ({ address: to(at), port: 9999, packets: count }) },
    ...rest,
  }
}

const v6 = ({ sink }: Place): string => sink.v6

/** A service that UDP is used for, at its own port. */
const service = (title: string, port: number): Attack => ({
  row: 19,
  title: `${title} (port ${port})`,
  script: ({ sink }) => send('udp', sink.v4, port, [Buffer.alloc(48, 's')]),
  denied: { in: 'drops', reason: 'udp', severity: 'medium', row: () => ({ port, packets: 1 }) },
})

const attacks: readonly Attack[] = [
  sent('sendto', 'sendto'),
  sent('sendto', 'sendto over IPv6', { to: v6 }),
  sent('mapped', 'sendto to a v4-mapped address'),
  sent('connected', 'connect and write'),
  sent('sendmsg', 'sendmsg'),
  sent('sendmsg', 'sendmsg over IPv6', { to: v6 }),
  sent('sendmmsg', 'sendmmsg'),
  sent('sendmmsg', 'sendmmsg over IPv6', { to: v6 }),
  // One write of many datagrams crosses lo in one piece: that is what the kernel counts.
  sent('segmented', 'datagrams that the kernel cuts (UDP_SEGMENT)', {
    denied: { in: 'drops', reason: 'udp', row: () => ({ packets: 1 }) },
  }),
  sent('boundToDevice', 'bound to the interface'),
  sent('spoofed', "from somebody else's address", {
    script: ({ sink }) => `node $KIT/udp.cjs spoofed ${sink.v4} 9999 ${COUNT} ${OTHER}`,
  }),
  sent('spoofed', "over IPv6 from somebody else's address", {
    to: v6,
    script: ({ sink, here }) => `node $KIT/udp.cjs spoofed ${sink.v6} 9999 ${COUNT} ${here.v6}`,
  }),
  sent('fragmented', 'IPv6 fragments', { to: v6, count: 3 }),
  sent('large', '60 KB each', { count: 3 }),
  sent('empty', 'no payload'),
  sent('routed', 'an IPv6 routing header', {
    to: v6,
    script: ({ sink, here }) => `node $KIT/udp.cjs routed ${sink.v6} 9999 ${COUNT} ${here.v6}`,
  }),
  sent('broadcast', 'broadcast', {
    script: () => `node $KIT/udp.cjs broadcast 255.255.255.255 9999 ${COUNT}`,
    sinks: () => ['255.255.255.255'],
    denied: { in: 'drops', reason: 'udp', row: () => ({ address: '255.255.255.255', packets: COUNT }) },
  }),
  sent('sendto', 'multicast', {
    script: () => `node $KIT/udp.cjs sendto 239.255.255.250 1900 ${COUNT}`,
    sinks: () => ['239.255.255.250'],
    denied: { in: 'drops', reason: 'udp', severity: 'info', row: () => ({ packets: COUNT }) },
  }),
  sent('sendto', 'multicast over IPv6', {
    script: () => `node $KIT/udp.cjs sendto ff0e::fb 5353 ${COUNT}`,
    sinks: () => ['ff0e::fb'],
    denied: { in: 'drops', reason: 'udp', severity: 'info', row: () => ({ packets: COUNT }) },
  }),
  sent('sendto', "the host's gateway", {
    script: () => `node $KIT/udp.cjs sendto ${addresses.gateway.v4} 9999 ${COUNT}`,
    sinks: () => [addresses.gateway.v4],
    denied: { in: 'drops', reason: 'udp', row: () => ({ packets: COUNT }) },
  }),
  sent('sendto', 'the metadata service', {
    row: 18,
    script: () => `node $KIT/udp.cjs sendto ${addresses.metadata} 9999 ${COUNT}`,
    sinks: () => [addresses.metadata],
    denied: { in: 'drops', reason: 'udp', severity: 'high', row: () => ({ packets: COUNT }) },
  }),
  sent('sendto', 'the host itself', {
    script: ({ port }) => `node $KIT/udp.cjs sendto ${addresses.host.v4} ${port} ${COUNT}`,
    sinks: () => [addresses.host.v4],
    denied: { in: 'drops', reason: 'udp', row: ({ port }) => ({ port, packets: COUNT }) },
    proof: 'host',
  }),
  ...(
    [
      ['DHCP', 67],
      ['TFTP', 69],
      ['NTP', 123],
      ['SNMP', 161],
      ['syslog', 514],
      ['WireGuard', 51_820],
    ] as const
  ).map(([title, port]) => service(title, port)),
  ...(
    [
      ['QUIC', 443],
      ['DNS over QUIC', 853],
      ['multicast DNS', 5353],
      ['LLMNR', 5355],
    ] as const
  ).map(([title, port]) => service(title, port)),
  {
    row: 20,
    title: 'QUIC to a declared host',
    egress: ({ host }) => `  - host: ${host}`,
    script: (at) => `timeout 1 getent ahosts ${at.host}; ${send('udp', at.here.v4, 443, [INITIAL])}`,
    denied: {
      in: 'drops',
      reason: 'udp',
      severity: 'info',
      row: ({ host }) => ({ name: host, declaration: 'declared', packets: 1 }),
    },
  },
  {
    row: 20,
    title: 'QUIC over IPv6 to a declared host',
    egress: ({ host }) => `  - host: ${host}`,
    script: (at) => `timeout 1 getent ahosts ${at.host}; ${send('udp', at.here.v6, 443, [INITIAL])}`,
    denied: { in: 'drops', reason: 'udp', severity: 'info', row: ({ host }) => ({ name: host }) },
  },
]

family({
  attacks,
  control: NO_NETWORK,
  controlUsers: ['root', 'plain'],
  // On the host, IPv4 sends only from an address that the host has.
  prepare: [['ip', 'addr', 'add', `${OTHER}/32`, 'dev', 'lo']],
})
