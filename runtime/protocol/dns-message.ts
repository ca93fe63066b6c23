/** DNS messages, as the recorder answers and asks them: RFC 1035, with EDNS 0 (RFC 6891) and SVCB (RFC 9460). */
export { RCODE, rcodeName, typeName } from './dns-code.ts'
export {
  type DnsQuery,
  type DnsQueryProblem,
  type DnsQueryResult,
  encodeUpstreamQuery,
  parseDnsQuery,
} from './dns-query.ts'
export { type DnsAnswerRecord, type DnsReply, encodeDnsError, encodeDnsReply, fitUdp } from './dns-reply.ts'
export {
  type ExpectedReply,
  readUpstreamReply,
  type UpstreamProblem,
  type UpstreamReply,
  type UpstreamResult,
  withQuestion,
} from './dns-upstream.ts'
