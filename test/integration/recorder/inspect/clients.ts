import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent, request } from 'node:https'
import { connect as connectTcp, type Socket } from 'node:net'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { NAME, type Rig } from './rig.ts'

/** How a server in the sandbox begins TLS. */
export function trusting({ port, authority }: Rig, more: ConnectionOptions = {}): ConnectionOptions {
  return { host: '127.0.0.1', port, servername: NAME, ca: authority.certificate, ...more }
}

export interface Asked {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Buffer
  readonly agent?: Agent
}

export interface Answer {
  readonly status: number
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
  readonly body: string
  readonly trailers: IncomingMessage['trailers']
}

/** An agent whose requests go by one connection, kept until `destroy`. */
export function oneConnection(rig: Rig): Agent {
  return new Agent({ ...trusting(rig), keepAlive: true, maxSockets: 1 })
}

export function begin(rig: Rig, { method = 'GET', path = '/', headers = {}, agent }: Asked): ClientRequest {
  const options = { method, path, headers: { Host: NAME, ...headers }, agent: agent ?? false }
  if (rig.protocol === 'http')
    return requestHttp({ host: '127.0.0.1', port: rig.port, ...options, agent: false })
  return request({ ...trusting(rig), ...options })
}

/** Rejects where there is no answer, or half of one. */
export async function ask(rig: Rig, asked: Asked = {}): Promise<Answer> {
  const req = begin(rig, asked)
  req.end(asked.body)
  return answerTo(req)
}

export async function answerTo(req: ClientRequest): Promise<Answer> {
  const [res] = (await once(req, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of res) chunks.push(chunk)
  const { statusCode: status = 0, headers, rawHeaders, trailers } = res
  return { status, headers, rawHeaders, trailers, body: Buffer.concat(chunks).toString() }
}

/** A connection on which a test writes its own bytes. */
export interface RawClient {
  readonly socket: Socket
  write(text: string): void
  /** All that came so far, once it holds the words. */
  saw(words: string): Promise<string>
  /** All that came until the other side closed. */
  rest(): Promise<string>
}

export async function rawClient(rig: Rig): Promise<RawClient> {
  const socket: Socket | TLSSocket =
    rig.protocol === 'http' ? connectTcp(rig.port, '127.0.0.1') : connect(trusting(rig))
  let text = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
    socket.emit('more')
  })
  await once(socket, rig.protocol === 'http' ? 'connect' : 'secureConnect')
  return {
    socket,
    write: (words) => {
      socket.write(words, 'latin1')
    },
    saw: async (words) => {
      while (!text.includes(words)) {
        if (socket.closed) throw new Error(`closed after: ${text}`)
        await Promise.race([once(socket, 'more'), once(socket, 'close')])
      }
      return text
    },
    rest: async () => {
      if (!socket.closed) await once(socket, 'close')
      return text
    },
  }
}
