import { performServerHandshake, type ServerHttp2Stream } from 'node:http2'
import type { Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { Explanation } from '../explanation.ts'
import type { Opening } from '../first-bytes.ts'
import { httpRefusal, refusalMessage } from '../refusal-bytes.ts'
import { endClientTls } from './client-tls.ts'
import { readableProtocols } from './handling.ts'

/** A client that asks for nothing, or goes on sending, is listened to this long. */
const PATIENCE_MS = 10_000

/** Tells a client by an answer, where an alert could not say why. What it asks is read by nobody. */
export async function answerInTls(
  socket: Socket,
  { bytes, first }: Opening,
  context: SecureContext,
  explanation: Explanation,
): Promise<void> {
  const [alpn = null] = first.kind === 'tls' ? readableProtocols(first.alpn) : []
  const client = await endClientTls(socket, bytes, context, alpn)
  if (!client.ok) return
  const { socket: secured } = client
  const timer = setTimeout(() => secured.destroy(), PATIENCE_MS)
  secured.once('close', () => clearTimeout(timer)).on('error', () => undefined)
  secured.once('end', () => secured.end())
  if (alpn === 'h2') answerHttp2(secured, explanation)
  else {
    secured.once('data', (request: Buffer) => {
      secured.end(httpRefusal(explanation, request.subarray(0, 5).toString('latin1') === 'HEAD '))
    })
  }
}

function answerHttp2(secured: Socket, explanation: Explanation): void {
  const session = performServerHandshake(secured)
  session.on('error', () => undefined)
  session.on('stream', (stream: ServerHttp2Stream) => {
    const { status, fields, body } = refusalMessage(explanation)
    const headers = fields.map(([name, value]) => [name.toLowerCase(), value])
    stream.on('error', () => undefined)
    stream.respond({ ':status': status, ...Object.fromEntries(headers) })
    stream.end(body)
    session.close()
  })
}
