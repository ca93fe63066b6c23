import type { Socket } from 'node:net'
import type { FlowCounts, FlowRecord } from '../../model/flow.ts'
import type { Judgement } from '../../policy/judge-flow.ts'
import { alertForCertificate } from '../../policy/request-alerts.ts'
import { inBackground } from '../context.ts'
import type { DialResult } from '../dial.ts'
import type { Opening } from '../first-bytes.ts'
import type { Relay, RelayEnd } from '../relay.ts'
import { smtpConnection } from '../smtp/connection.ts'
import { startTls } from '../smtp/start-tls.ts'
import { endClientTls } from './client-tls.ts'
import { passesUnread, readableProtocols } from './handling.ts'
import { http1Connection } from './http1-connection.ts'
import { http2Connection } from './http2-connection.ts'
import type { InspectedFlow } from './inspection.ts'
import type { Session } from './inspector.ts'
import type { SecuredUpstream } from './upstream-tls.ts'

export interface FlowToRead {
  readonly socket: Socket
  readonly opening: Opening
  readonly flow: FlowRecord
  readonly name: string
  readonly judgement: Judgement
  /** A connection to the destination. */
  readonly dialled: Socket
  /** Another one, the same way. */
  readonly redial: () => Promise<DialResult>
  readonly onRelay: (relay: Relay) => void
}

export type ReadEnd =
  | { readonly kind: 'ended'; readonly end: RelayEnd; readonly counts: FlowCounts }
  /** There is no TLS with the destination. Nothing of a request has left, and the client has no answer yet. */
  | { readonly kind: 'unreachable'; readonly code: string }
  | { readonly kind: 'certificate'; readonly problem: string }
  /** The client did not take the session's certificate, and is not let through unread. */
  | { readonly kind: 'not-read' }

const NOTHING: FlowCounts = { bytesSent: 0, bytesReceived: 0 }

/** Carries a connection whose requests are read, to its end. */
export async function readFlow(session: Session, way: FlowToRead): Promise<ReadEnd> {
  const { socket, opening, dialled } = way
  if (way.judgement.protocol === 'smtp') return readMails(session, way)
  if (opening.first.kind !== 'tls') {
    socket.unshift(opening.bytes)
    return serveHttp1(session, way, socket, dialled)
  }
  const offer = readableProtocols(opening.first.alpn)
  // Made while the destination answers.
  const minted = session.mint.contextFor(way.name).catch(() => null)
  const far = await session.upstream.secure(dialled, way.name, offer)
  if (!far.ok) return failure(far)
  const context = await minted
  if (context === null) {
    far.socket.destroy()
    return { kind: 'unreachable', code: 'no certificate' }
  }
  const near = await endClientTls(socket, opening.bytes, context, far.alpn)
  if (!near.ok) {
    far.socket.destroy()
    return notTrusted(session, way, near.cause)
  }
  const client = near.socket
  const version = client.getProtocol()
  const ended =
    far.alpn === 'h2'
      ? await serve(
          way,
          http2Connection({ inspected: inspectedFlow(session, way), client, upstream: far.socket }),
        )
      : await serveHttp1(session, way, client, far.socket)
  // Clients of Node's verify by themselves when the handshake is done; in TLS 1.2 that is done by then.
  const silent = client.bytesRead === 0 && version === 'TLSv1.2' && ended.end.state === 'closed'
  return silent ? notTrusted(session, way, "the client closed at this session's certificate") : ended
}

type Ended = Extract<ReadEnd, { kind: 'ended' }>

async function serve({ onRelay }: FlowToRead, connection: Relay): Promise<Ended> {
  onRelay(connection)
  const end = await connection.ended
  return { kind: 'ended', end, counts: connection.counts() }
}

function serveHttp1(session: Session, way: FlowToRead, client: Socket, upstream: Socket): Promise<Ended> {
  const inspected = inspectedFlow(session, way)
  const connection = http1Connection({
    ...{ inspected, client, upstream },
    redial: () => redial(session, way),
  })
  const ended = serve(way, connection)
  session.http1.serve(connection)
  return ended
}

/** As the first time: the certificate is verified again, and the protocol has to be the same. */
async function redial(session: Session, way: FlowToRead): Promise<DialResult> {
  const dialled = await way.redial()
  if (!dialled.ok || way.opening.first.kind !== 'tls') return dialled
  const offer = readableProtocols(way.opening.first.alpn).filter((protocol) => protocol !== 'h2')
  const far = await session.upstream.secure(dialled.socket, way.name, offer)
  if (far.ok) return { ...dialled, socket: far.socket }
  if (far.certificate) {
    const alert = alertForCertificate(session.context.server, way.flow, far.code)
    inBackground(session.context.record({ kind: 'alert', alert }))
  }
  return { ok: false, code: far.code }
}

/** The port of mail in TLS from the first byte on (RFC 8314, 3.3); elsewhere STARTTLS begins it. */
const TLS_AT_ONCE = 465

async function readMails(session: Session, way: FlowToRead): Promise<ReadEnd> {
  const inspected = inspectedFlow(session, way)
  const carry = (client: Socket, upstream: Socket): Promise<Ended> =>
    serve(way, smtpConnection({ inspected, client, upstream, startTls: startTls(session, way) }))
  if (way.flow.port !== TLS_AT_ONCE) return carry(way.socket, way.dialled)
  const far = await session.upstream.secure(way.dialled, way.name, [])
  if (!far.ok) return failure(far)
  const near = await endClientTls(way.socket, NO_BYTES, await session.mint.contextFor(way.name), null)
  if (near.ok) return carry(near.socket, far.socket)
  far.socket.destroy()
  return notTrusted(session, way, near.cause)
}

const NO_BYTES = Buffer.alloc(0)

function failure({ certificate, code }: Extract<SecuredUpstream, { ok: false }>): ReadEnd {
  return certificate ? { kind: 'certificate', problem: code } : { kind: 'unreachable', code }
}

function notTrusted({ context, unread }: Session, { judgement, name }: FlowToRead, cause: string): ReadEnd {
  if (!passesUnread(judgement.inspect, context.mode)) return { kind: 'not-read' }
  // The next ones, that is: by now this one is lost.
  unread.add(name)
  return { kind: 'ended', end: { state: 'aborted', cause, inspection: 'uninspected' }, counts: NOTHING }
}

function inspectedFlow(session: Session, { flow, name, judgement, opening }: FlowToRead): InspectedFlow {
  const { context, witness, sinks, held, told } = session
  const web = opening.first.kind === 'tls' ? 'https' : 'http'
  const scheme = judgement.protocol === 'smtp' ? 'smtp' : web
  return { context, witness, sinks, held, told, flow, name, scheme, requests: judgement.requests }
}
