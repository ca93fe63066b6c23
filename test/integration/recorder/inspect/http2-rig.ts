import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import { connect as connectTls } from 'node:tls'
import { trusting } from './clients.ts'
import { authorities, NAME, type Rig, type RigOptions, rigs } from './rig.ts'

type Handler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, raw: readonly string[]) => void

/** Rigs whose destination speaks HTTP/2, and sessions with them, of one test file. */
export function http2Rigs() {
  const { of, close } = rigs()
  const sessions: ClientHttp2Session[] = []
  return {
    of,
    withServer: async (handler: Handler, options: RigOptions = {}) => {
      const { destinations } = await authorities()
      const certificate = await destinations.issue([NAME])
      const server: Http2SecureServer = createSecureServer({ ...certificate, allowHTTP1: true })
      server.on('stream', (stream, headers, _flags, raw: string[] = []) => {
        stream.on('error', () => undefined)
        handler(stream, headers, raw)
      })
      const far: ServerHttp2Session[] = []
      server.on('session', (session) => {
        session.on('error', () => undefined)
        far.push(session)
      })
      return { world: await of(server, options), far }
    },
    session: (world: Rig): ClientHttp2Session => {
      const made = connect(`https://${NAME}`, {
        createConnection: () => connectTls(trusting(world, { ALPNProtocols: ['h2', 'http/1.1'] })),
      })
      made.on('error', () => undefined)
      sessions.push(made)
      return made
    },
    close: async () => {
      for (const session of sessions.splice(0)) session.destroy()
      await close()
    },
  }
}

export interface Got {
  readonly status: unknown
  readonly headers: IncomingHttpHeaders
  readonly raw: readonly string[]
  readonly body: string
  readonly trailers: IncomingHttpHeaders | null
}

export async function answerTo(stream: ClientHttp2Stream): Promise<Got> {
  let trailers: IncomingHttpHeaders | null = null
  stream.on('trailers', (fields) => {
    trailers = fields
  })
  const [headers, , raw = []] = (await once(stream, 'response')) as [IncomingHttpHeaders, number, string[]]
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return { status: headers[':status'], headers, raw, body: Buffer.concat(chunks).toString(), trailers }
}

export async function ask(
  at: ClientHttp2Session,
  headers: OutgoingHttpHeaders = {},
  body?: string | Buffer,
): Promise<Got> {
  const stream = at.request(
    { ':path': '/', ':authority': NAME, ...headers },
    { endStream: body === undefined },
  )
  stream.on('error', () => undefined)
  if (body !== undefined) stream.end(body)
  return answerTo(stream)
}
