export type Declaration = 'declared' | 'undeclared'
export type Action = 'allowed' | 'denied'
/** `read-only`: as `enforce`, and of what is declared only requests that read go on. */
export type Mode = 'enforce' | 'monitor' | 'read-only'

/** Why a verdict is what it is. One word each, the same in rows, alerts, stderr and JSON. */
export type Reason =
  /** The profile declares it. */
  | 'declared'
  /** The connection came in, by a callback port that the profile declares. */
  | 'callback'
  /** A name that the profile does not declare was connected to. */
  | 'undeclared'
  /** A name that the profile does not declare was asked for in DNS. */
  | 'dns-undeclared'
  /** The host is declared, the port is not. */
  | 'port'
  /** A bare address, no name known, and `ip:port` is not declared. */
  | 'raw-ip'
  /** A TLS client named no server and the address was given for no name. */
  | 'no-name'
  /** Several names share the address, nothing tells them apart, and not all are declared. */
  | 'ambiguous-name'
  /** The name that the client gave does not belong to the address it dialled. */
  | 'name-mismatch'
  /** The name resolves to loopback, private, link-local, CGNAT, metadata or other non-public space. */
  | 'address-class'
  /** The first bytes are not the protocol that the profile declares. */
  | 'unknown-protocol'
  /** Not a well-formed name, ClientHello or HTTP head. */
  | 'malformed'
  /** One of the recorder's own ports. */
  | 'self'
  /** UDP that is not DNS. */
  | 'udp'
  /** Neither TCP nor UDP. */
  | 'protocol'
  /** More connections at once than the recorder serves. */
  | 'limit'
  /** The declared name could not be resolved. */
  | 'unresolved'
  /** The host is declared, a request of this method or path is not. */
  | 'request-undeclared'
  /** The request inside the connection is for another host than the connection. */
  | 'request-mismatch'
  /** The request names a destination that nobody gave the server. */
  | 'payload-destination'
  /** A request that must be read before it goes on is too large, or cannot be read. */
  | 'payload-unread'
  /** The session is read-only, and this is no read, or cannot be told from writing. */
  | 'read-only'
  /** The destination's certificate is not valid for it. */
  | 'upstream-certificate'
  /** The client does not trust this session's authority, and inspection is required. */
  | 'inspection-refused'
  /** The server's earlier versions or sessions did nothing like it. */
  | 'drift'

export interface Verdict {
  readonly declaration: Declaration
  readonly action: Action
  readonly reason: Reason
}

/** Denied for what it is, wherever it goes. */
export function denied(reason: Reason): Verdict {
  return { declaration: 'undeclared', action: 'denied', reason }
}
