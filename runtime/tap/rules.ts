/** The addresses, routes and packet filter of a sandbox's network namespace. */

/** The only addresses in the namespace beside 127.0.0.0/8 and ::1. */
export const OWN_IPV4 = '100.64.0.2'
export const OWN_IPV6 = 'fd00::2'
/** Where every TCP connection that leaves for another address ends. */
export const CAPTURE_PORT = 15001
export const DNS_PORT = 53
export const TABLE = 'rec'

/** How many destinations the kernel counts one by one; packets beyond are counted together. */
export const DROP_DETAIL = 65_535

/** Input of `ip -batch`: every address is local, so that every packet comes back in through lo. Again, it changes nothing. */
export function links(ipv6: boolean): string {
  const lines = ['link set lo up', `addr replace ${OWN_IPV4}/32 dev lo`]
  if (ipv6) lines.push(`addr replace ${OWN_IPV6}/128 dev lo nodad`)
  lines.push(`route replace local default dev lo src ${OWN_IPV4}`)
  if (ipv6) lines.push(`route replace local ::/0 dev lo src ${OWN_IPV6}`)
  return `${lines.join('\n')}\n`
}

/**
 * Input of `nft -f`. TCP goes to the capture listener with its true destination kept (tproxy, no NAT);
 * port 53 finds the recorder's sockets since every address is local; all else is dropped and counted by the
 * kernel, one element a destination. What finds no room in the sets is counted in `overflow`. It replaces itself.
 */
export const PACKET_FILTER = `table inet ${TABLE}
delete table inet ${TABLE}
table inet ${TABLE} {
  counter dropped { }
  counter overflow { }
  set udp4 { type ipv4_addr . inet_service; size ${DROP_DETAIL}; flags dynamic; counter; }
  set udp6 { type ipv6_addr . inet_service; size ${DROP_DETAIL}; flags dynamic; counter; }
  set other4 { type ipv4_addr . inet_proto; size ${DROP_DETAIL}; flags dynamic; counter; }
  set other6 { type ipv6_addr . inet_proto; size ${DROP_DETAIL}; flags dynamic; counter; }
  chain capture {
    type filter hook prerouting priority mangle; policy drop;
    ip daddr { 127.0.0.0/8, ${OWN_IPV4} } accept
    ip6 daddr { ::1, ${OWN_IPV6} } accept
    tcp dport ${DNS_PORT} accept
    meta l4proto tcp tproxy to :${CAPTURE_PORT} accept
    udp dport ${DNS_PORT} accept
    # What the recorder answers to a client that bound an address of somebody else's. tproxy takes every packet
    # to the recorder's side and leaves those to the client's; no other process may bind a port as low as 53.
    meta l4proto tcp accept
    udp sport ${DNS_PORT} accept
    # The kernel's word to the recorder that a client is gone: no process here may send one of these.
    icmp type { destination-unreachable, time-exceeded, parameter-problem } accept
    icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept
    goto lost
  }
  chain lost {
    counter name dropped
    meta nfproto ipv4 meta l4proto udp update @udp4 { ip daddr . udp dport } drop
    meta nfproto ipv6 meta l4proto udp update @udp6 { ip6 daddr . udp dport } drop
    meta nfproto ipv4 meta l4proto != udp update @other4 { ip daddr . meta l4proto } drop
    meta nfproto ipv6 meta l4proto != udp update @other6 { ip6 daddr . meta l4proto } drop
    counter name overflow drop
  }
}
`

/** Input of `nft -f`: the server's own loopback gives way to the recorder on these ports. */
export function hostLoopbackRules(ports: readonly number[]): string {
  const match = `tcp dport { ${ports.join(', ')} } tproxy`
  return `insert rule inet ${TABLE} capture ip daddr 127.0.0.0/8 ${match} ip to :${CAPTURE_PORT} accept
insert rule inet ${TABLE} capture ip6 daddr ::1 ${match} ip6 to :${CAPTURE_PORT} accept
`
}
