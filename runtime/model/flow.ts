import type { Attribution } from './call.ts'
import type { Destination } from './destination.ts'
import type { Phase } from './session.ts'
import type { Verdict } from './verdict.ts'

/**
 * `none`: nothing left the sandbox. `uninspected`: what left was not read. `inspected`: it was read, `partial`: not
 * all of it. A flow's is what was meant when its verdict was reached; `flow-closed` has the last word.
 */
export type Inspection = 'none' | 'uninspected' | 'partial' | 'inspected'

/** What the first bytes were. `none`: nothing was read before the verdict; `smtp`: likewise, and declared as that. */
export type FlowProtocol = 'tls' | 'http' | 'unknown' | 'none' | 'dns' | 'smtp'

export type FlowState =
  | 'open'
  /** Both directions ended in order. */
  | 'closed'
  /** Denied: nothing was sent on. */
  | 'denied'
  /** Allowed, but no address could be reached. */
  | 'unreachable'
  /** Cut short by either end, by a limit or by the session's end. */
  | 'aborted'
  /** The recorder died while it was open; its byte counts are the last ones written. */
  | 'lost'

/** One TCP connection of the server, as it stood when its verdict was reached. */
export interface FlowRecord extends Destination, Verdict {
  /** Unique over all sessions; `<session>.<n>`. */
  readonly id: string
  readonly session: string
  readonly phase: Phase
  readonly startedAt: number
  readonly protocol: FlowProtocol
  /** What the ClientHello or the HTTP head held, where there was one. */
  readonly sni: string | null
  readonly alpn: readonly string[]
  readonly ech: boolean
  readonly httpHost: string | null
  /** Names by which a declaration was inherited (CNAME, SRV), asked name first; empty when direct. */
  readonly chain: readonly string[]
  readonly inspection: Inspection
  /** Null where nobody listens to the conversation: in installations. */
  readonly attribution: Attribution | null
}

export interface FlowCounts {
  /** Bytes of payload from the server to the destination, as written to the destination's socket. */
  readonly bytesSent: number
  /** Bytes of payload from the destination to the server. */
  readonly bytesReceived: number
}

export interface DnsRecord extends Verdict {
  readonly id: string
  readonly session: string
  readonly phase: Phase
  readonly at: number
  /** As asked, normalised. */
  readonly name: string
  /** `A`, `AAAA`, `TXT`, …; `TYPE1234` for those without a name. */
  readonly type: string
  readonly transport: 'udp' | 'tcp'
  /** The resolver that the server meant to ask. */
  readonly resolver: string
}

export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`, `REFUSED`, … */
  readonly rcode: string
  /** What was answered, as text, at most 16 records. */
  readonly answers: readonly string[]
  readonly at: number
}

/** Of a mail sent by SMTP, `smtp`: its method is `MAIL` and its path `/`. */
export type RequestScheme = 'http' | 'https' | 'smtp'

/** An HTTP request whose head the recorder read, as it stood when its verdict was reached. */
export interface HttpRequestRecord extends Verdict {
  readonly id: string
  readonly flow: string
  readonly session: string
  readonly phase: Phase
  readonly at: number
  readonly scheme: RequestScheme
  readonly method: string
  readonly host: string | null
  /** Path without its query; query names are kept, their values are not: `/a?x=&y=`. */
  readonly path: string
  readonly attribution: Attribution | null
}

/** How a request went on. */
export interface HttpRequestEnd {
  readonly request: string
  readonly at: number
  /** Null where no answer came. The recorder's own refusals count as none. */
  readonly status: number | null
  /** Of the bodies, as they were on the way; heads aside. */
  readonly bytesSent: number
  readonly bytesReceived: number
  /** `none` where it never left. */
  readonly inspection: Inspection
  /** What was not read, in a few words; null where all was. */
  readonly unread: string | null
  /** Destinations in it that nothing explains. */
  readonly findings: number
  /** The verdict where it is another than the head's: a held request whose body was then read. */
  readonly verdict: Verdict | null
}
