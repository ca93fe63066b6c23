import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type TLSSocket } from 'node:tls'
import { MessageCount } from './message-count.ts'

export interface Way {
  readonly port: number
  /** Of a proxy on this machine, asked by CONNECT; 0: none. */
  readonly proxyPort: number
}

/** One for all connections; no session of theirs is taken up again, as a new process would not either. */
const secureContext = createSecureContext()

/** A connection over TLS that carries one request at a time. */
export class Connection {
  readonly #socket: TLSSocket
  #settle: { resolve: (head: string) => void; reject: (error: Error) => void } | null = null

  private constructor(socket: TLSSocket) {
    this.#socket = socket
    const messages = new MessageCount((head) => {
      const settle = this.#settle
      this.#settle = null
      settle?.resolve(head)
    })
    const fail = (error: Error): void => this.#settle?.reject(error)
    socket.on('data', (chunk: Buffer) => messages.take(chunk))
    socket.on('error', fail)
    socket.on('close', () => fail(new Error('closed')))
  }

  static async open(host: string, way: Way): Promise<Connection> {
    const socket = way.proxyPort === 0 ? connectTcp(way.port, host) : await throughProxy(host, way)
    socket.setNoDelay(true)
    const secured = connectTls({ socket, servername: host, secureContext })
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      secured.once('secureConnect', resolve).once('error', reject)
      secured.once('close', () => reject(new Error('closed in the handshake')))
    })
    return new Connection(secured)
  }

  /** Resolves when the answer is here as a whole. Rejects on any but 200. */
  async ask(request: Buffer): Promise<void> {
    const answered = new Promise<string>((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    this.#socket.write(request)
    const head = await answered
    if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(head.split('\r\n', 1)[0])
  }

  close(): void {
    this.#settle = null
    this.#socket.destroy()
  }
}

function throughProxy(host: string, { port, proxyPort }: Way): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp(proxyPort, '127.0.0.1')
    socket.once('error', reject)
    socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`)
    socket.once('data', (answer: Buffer) => {
      if (/^HTTP\/1\.[01] 200 /.test(answer.toString('latin1'))) resolve(socket)
      else reject(new Error(answer.toString('latin1').split('\r\n', 1)[0]))
    })
  })
}
