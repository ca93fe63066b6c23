import { NO_NETWORK, NO_SECCOMP, NO_USER } from './rig/controls.ts'
import { type Probe, probeFamily } from './rig/probes.ts'

const REFUSED = /^(EPERM|EACCES)$/m
/** Made; or the kernel was asked, and has no such thing. */
const ASKED = /^(ok|EAFNOSUPPORT|EPROTONOSUPPORT|ESOCKTNOSUPPORT|EINVAL|ENOENT|ENODEV)$/m
const [STREAM, DGRAM, RAW, SEQPACKET, DCCP] = [1, 2, 3, 5, 6]

/** A socket is made and not used: a vsock, say, must not be dialled at all. */
const made = (title: string, domain: number, type: number, protocol = 0): Probe => ({
  row: 22,
  title: `${title} socket`,
  script: () => `node $KIT/sockets.cjs make ${domain} ${type} ${protocol}`,
  fails: REFUSED,
  works: ASKED,
})

/** One that is used too: without the guard its packet arrives. */
const used = (row: number, title: string, words: (sink: { v4: string; v6: string }) => string): Probe => ({
  row,
  title,
  script: ({ sink }) => `node $KIT/sockets.cjs ${words(sink)}`,
  fails: REFUSED,
  works: /^ok$/m,
  arrives: 'packets',
})

const NETLINK_FAMILIES = Object.entries({
  sock_diag: 4,
  xfrm: 6,
  selinux: 7,
  audit: 9,
  netfilter: 12,
  connector: 11,
  'kobject events': 15,
  generic: 16,
  crypto: 21,
})

const probes: readonly Probe[] = [
  used(21, 'an ICMP echo with a payload, raw', ({ v4 }) => `raw ${v4} 1`),
  used(21, 'an ICMPv6 echo with a payload, raw', ({ v6 }) => `raw ${v6} 58`),
  used(21, 'an ICMP echo from a ping socket', ({ v4 }) => `ping ${v4}`),
  used(21, 'an ICMPv6 echo from a ping socket', ({ v6 }) => `ping ${v6}`),
  {
    row: 21,
    title: "the host's own ping",
    script: ({ sink }) => `ping -c 1 -W 1 -p 73656372657421 ${sink.v4}; echo $?`,
    fails: /not permitted|denied|missing cap_net_raw/i,
    works: /1 packets transmitted/,
    arrives: 'packets',
  },
  used(22, 'GRE, raw', ({ v4 }) => `raw ${v4} 47`),
  used(22, 'IP in IP, raw', ({ v4 }) => `raw ${v4} 4`),
  used(22, 'ESP, raw', ({ v4 }) => `raw ${v4} 50`),
  used(22, 'IGMP, raw', ({ v4 }) => `raw ${v4} 2`),
  used(22, 'SCTP, raw', ({ v4 }) => `raw ${v4} 132`),
  used(22, 'a protocol without a name, raw', ({ v4 }) => `raw ${v4} 253`),
  used(22, 'a protocol without a name, raw, over IPv6', ({ v6 }) => `raw ${v6} 253`),
  used(22, 'a frame of its own (AF_PACKET)', ({ v4 }) => `packet ${v4}`),
  made('UDP-Lite', 2, DGRAM, 136),
  made('SCTP', 2, STREAM, 132),
  made('SCTP, one to many', 2, SEQPACKET, 132),
  made('DCCP', 2, DCCP, 33),
  made('Multipath TCP', 2, STREAM, 262),
  made('SMC over IPv4', 2, STREAM, 256),
  made('raw IPv4', 2, RAW, 255),
  made('raw IPv6', 10, RAW, 255),
  made('packet', 17, RAW, 0x0300),
  made('packet, cooked', 17, DGRAM, 0x0300),
  made('vsock stream', 40, STREAM),
  made('vsock datagram', 40, DGRAM),
  made('vsock sequenced', 40, SEQPACKET),
  made('crypto (AF_ALG)', 38, SEQPACKET),
  made('key (PF_KEY)', 15, RAW, 2),
  made('Bluetooth', 31, RAW, 1),
  made('CAN', 29, RAW, 1),
  made('TIPC', 30, STREAM),
  made('RDS', 21, SEQPACKET),
  made('KCM', 41, DGRAM),
  made('QIPCRTR', 42, DGRAM),
  made('SMC', 43, STREAM),
  made('XDP', 44, RAW),
  made('MCTP', 45, DGRAM),
  made('AX.25', 3, DGRAM),
  made('IPX', 4, DGRAM),
  made('AppleTalk', 5, DGRAM),
  made('X.25', 9, SEQPACKET),
  made('LLC', 26, DGRAM),
  made('PPPoE and L2TP', 24, DGRAM, 1),
  made('NFC', 39, SEQPACKET),
  made('Phonet', 35, DGRAM),
  made('IEEE 802.15.4', 36, DGRAM),
  made('CAIF', 37, STREAM),
  ...NETLINK_FAMILIES.map(([name, number]) => made(`netlink ${name}`, 16, RAW, number)),
]

// Raw packets need the host's network and a capability in it as well: root alone can be given that. And its
// ping sockets are open to groups, not to root.
probeFamily({
  probes,
  control: [...NO_NETWORK, ...NO_SECCOMP, ...NO_USER],
  prepare: async (internet) => {
    await internet.run(['sh', '-c', 'echo 0 2147483647 >/proc/sys/net/ipv4/ping_group_range'])
    return () => undefined
  },
})
