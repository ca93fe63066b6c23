/**
 * How much one server's file keeps one by one. A hostile server chooses names, addresses and ports freely, so
 * each of them is bounded; what lies beyond is counted, never dropped unseen (docs/store.md).
 */
export const LIMITS = {
  /** Names under one registrable domain; the rest are counted as `*.domain`. Bare addresses are one such group. */
  namesPerDomain: 1_000,
  /** Names and addresses of one server; the rest are counted as `*`. */
  hosts: 10_000,
  /** Ports of one host; the rest are counted as port 0. */
  portsPerHost: 256,
  /** Host and port pairs of one server; the rest are counted as `*`, port 0. */
  endpoints: 20_000,
  /** Rows of one kind (denied flows, DNS queries or requests, drops) of one session under one registrable domain. */
  rowsPerDomain: 10_000,
  /** The same for allowed DNS queries, which no rollup counts, and for allowed requests. */
  allowedRowsPerDomain: 100_000,
  /** Calls that a row names. */
  calls: 16,
  /** Tools, and methods without one, of one destination; the rest are counted as `*`. */
  toolsPerDestination: 64,
  addressesPerDestination: 8,
  alerts: 10_000,
  /** Of a server, over its versions; the recorder keeps to fewer of each kind. */
  traits: 12_000,
  /** Evidence kept of an alert besides its first. */
  latestEvidence: 3,
  /** Characters of one name or address, as text. A DNS name has at most 253 (RFC 1035 section 2.3.4). */
  text: 1_024,
  /** Characters of a tool's name (MCP recommends 128 at most), and of a JSON-RPC or HTTP method or an id. */
  tool: 128,
  shortText: 64,
  /** Characters of a path, or of one alert's evidence as JSON. */
  longText: 4_096,
} as const
