/**
 * Where a destination's name came from. `dns_query` is the name that a query asked for (the destination of
 * the query itself); the other words say how a connection was named.
 */
export type NameSource = 'tls_sni' | 'http_host' | 'dns_answer' | 'dns_query' | 'none'

export interface Destination {
  /** Canonical text of the address (RFC 5952 for IPv6; a v4-mapped address is given as IPv4). */
  readonly address: string | null
  /** 0 where the protocol has no ports. */
  readonly port: number
  /** IANA protocol name in lower case: `tcp`, `udp`, `icmp`, `ipv6-icmp`, `sctp`, …; `proto-N` if it has none; `stdio`: none. */
  readonly transport: string
  /** Normalised: lower case, `xn--` form, no trailing dot. */
  readonly name: string | null
  readonly nameSource: NameSource
}

/** Of what was said to the client, or by it, and went over no network. */
export const IN_CONVERSATION: Destination = {
  address: null,
  port: 0,
  transport: 'stdio',
  name: null,
  nameSource: 'none',
}
