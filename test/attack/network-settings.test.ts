import { NO_SECCOMP, NO_USER } from './rig/controls.ts'
import { type Probe, probeFamily } from './rig/probes.ts'

const REFUSED = /not permitted|denied|Read-only|must be root|cannot create/i

const tried = (title: string, command: string): Probe => ({
  row: 33,
  title,
  script: () => `PATH=$PATH:/usr/sbin; { ${command}; } 2>&1 && echo done`,
  fails: REFUSED,
  works: /^done$/m,
})

const probes: readonly Probe[] = [
  tried('reading the rules', 'nft list ruleset'),
  tried('emptying the rules', 'sleep 1; nft flush ruleset'),
  tried('rules of its own', "nft 'add table inet mine'"),
  tried('rules for devices', "nft 'add table netdev mine'"),
  tried('a route', 'ip route add 198.51.100.0/24 dev lo'),
  tried('an IPv6 route', 'ip -6 route add 2001:db8:5::/64 dev lo'),
  tried('a rule for routes', 'ip rule add from all lookup 7'),
  tried('an address', 'ip addr add 192.0.2.7/32 dev lo'),
  tried('a pair of devices', 'ip link add mine1 type veth peer name mine2'),
  tried('a queue', 'ip link set lo txqueuelen 7'),
  tried('a neighbour', 'ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:01 dev lo'),
  tried('the local table', 'sleep 2; ip route flush table local'),
  tried('lo down', 'sleep 3; ip link set lo down'),
]

probeFamily({ probes, control: [...NO_SECCOMP, ...NO_USER] })
