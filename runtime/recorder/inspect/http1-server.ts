import { createServer, type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { explainRequest } from '../explanation.ts'
import { httpRefusal } from '../refusal-bytes.ts'
import type { Http1Connection } from './http1-connection.ts'
import { Http1Exchange, MAX_HEAD_BYTES } from './http1-exchange.ts'
import { readHttp1Head } from './http1-head.ts'
import { recordMalformed } from './malformed-request.ts'

/** From a head's first byte to its last. */
const HEAD_TIMEOUT_MS = 120_000
/** Requests of one connection under way at a time: whoever sends more of them ahead waits. */
const MAX_PIPELINED = 64

/** Reads what clients send as HTTP/1, by Node's own server: one for all connections of a session. */
export interface Http1Server {
  serve(connection: Http1Connection): void
  close(): void
}

export function http1Server(): Http1Server {
  const connections = new WeakMap<Duplex, Http1Connection>()
  const server = createServer({
    maxHeaderSize: MAX_HEAD_BYTES,
    insecureHTTPParser: false,
    // Judged here, with a row of its own.
    requireHostHeader: false,
    headersTimeout: HEAD_TIMEOUT_MS,
    requestTimeout: 0,
    keepAliveTimeout: 0,
    noDelay: true,
  })
  server.maxHeadersCount = 0
  server.timeout = 0
  // It listens nowhere, and its watch over slow heads begins all the same.
  server.emit('listening')
  // A client that has ended its side may still read: what it asked is carried to its end.
  Object.assign(server, { httpAllowHalfOpen: true })

  const exchange = (req: IncomingMessage, res: ServerResponse, expects: boolean): void => {
    const connection = connections.get(req.socket)
    if (connection === undefined) {
      req.socket.destroy()
      return
    }
    if (connection.last) return
    const { client, end } = connection
    const running = new Http1Exchange(connection, req, res, { expects, detached: null }).run()
    if (end.open < MAX_PIPELINED) return
    client.pause()
    void running.then(() => client.resume())
  }
  /** What comes with a switch of protocols has no parser any more, and an answer of its own making. */
  const detached = (req: IncomingMessage, socket: Duplex, early: Buffer): void => {
    const connection = connections.get(socket)
    if (connection === undefined || connection.end.open > 0) {
      socket.destroy()
      return
    }
    const res = new ServerResponse(req)
    res.assignSocket(socket as Socket)
    res.shouldKeepAlive = false
    res.once('finish', () => {
      res.detachSocket(socket as Socket)
      socket.end()
    })
    void new Http1Exchange(connection, req, res, { expects: false, detached: early }).run()
  }

  server.on('request', (req, res) => exchange(req, res, false))
  server.on('checkContinue', (req, res) => exchange(req, res, true))
  // Another expectation than that is the destination's to judge.
  server.on('checkExpectation', (req, res) => exchange(req, res, false))
  server.on('connect', detached)
  server.on('upgrade', (req, socket, early) => {
    const { upgrade, body } = readHttp1Head(req)
    if (upgrade === 'websocket' && body.kind === 'none') detached(req, socket, early)
    else {
      // No other protocol is let through unread: read again, it is a request as any other (RFC 9110, 7.8).
      socket.unshift(Buffer.concat([headWithoutUpgrade(req), early]))
      server.emit('connection', socket)
    }
  })
  server.on('clientError', (error: NodeJS.ErrnoException & { rawPacket?: Buffer }, socket) => {
    const connection = connections.get(socket)
    if (connection?.last === true) return
    const broken = error.code?.startsWith('HPE_') === true && error.code !== 'HPE_INVALID_EOF_STATE'
    if (connection === undefined || !broken) {
      socket.destroy()
      return
    }
    const { inspected, end } = connection
    if (connection.receiving?.complete === false) {
      // The request that it came in has a row, and says so at its end.
      connection.broken = true
      socket.destroy()
      return
    }
    recordMalformed(inspected, error.rawPacket ?? Buffer.alloc(0)).then(
      () => {
        if (end.open > 0) connection.abort('malformed request')
        else socket.end(httpRefusal(explainRequest(inspected.flow, 'malformed'), false))
      },
      () => connection.abort('recorder failed'),
    )
  })

  return {
    serve: (connection) => {
      connections.set(connection.client, connection)
      server.emit('connection', connection.client)
      // Where it was read before, it was stopped.
      connection.client.resume()
    },
    close: () => {
      server.close()
    },
  }
}

function headWithoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  let head = `${method} ${url} HTTP/${httpVersion}\r\n`
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    if (name.toLowerCase() !== 'upgrade') head += `${name}: ${rawHeaders[at + 1]}\r\n`
  }
  return Buffer.from(`${head}\r\n`, 'latin1')
}
