import type { FlowLine } from '../../runtime/store/read/flows.ts'
import { isoTime } from './words.ts'

/** A flow as docs/json.md has it. */
export function flowJson(server: string, flow: FlowLine): unknown {
  const { id, session, phase, startedAt, endedAt, state, cause, name, nameSource, address, dialled } = flow
  const { port, transport, protocol, declaration, action, reason, inspection, attribution, calls } = flow
  const { bytesSent, bytesReceived, packets, packetBytes, sni, alpn, ech, httpHost, chain, requests } = flow
  return {
    id,
    server,
    session,
    phase,
    startedAt: isoTime(startedAt),
    durationMs: endedAt === null ? null : Math.max(0, endedAt - startedAt),
    state,
    cause,
    name,
    nameSource,
    address,
    dialled,
    port,
    transport,
    protocol,
    declaration,
    action,
    reason,
    inspection,
    attribution,
    calls,
    bytesSent,
    bytesReceived,
    packets,
    packetBytes,
    sni,
    alpn,
    ech,
    httpHost,
    chain,
    requests: requests.map(({ at, ...request }) => ({ at: isoTime(at), ...request })),
  }
}
