// What Node's own http and tls cost at the least: node bare.mjs PORT CERTIFICATE KEY. Ends the TLS of what comes by
// CONNECT with one certificate for all names, and passes each request on over TLS that it verifies; reads and keeps
// nothing. A client's connection has one of its own to the destination.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { Agent, request } from 'node:https'
import { createSecureContext, TLSSocket } from 'node:tls'

const [port, certificate, key] = process.argv.slice(2)
const secureContext = createSecureContext({ cert: readFileSync(certificate), key: readFileSync(key) })
const ways = new WeakMap()

const passing = createServer((req, res) => {
  const { agent, host, port: at } = ways.get(req.socket)
  const { method, url: path, headers } = req
  const out = request({ agent, host, port: at, servername: host, method, path, headers }, (answer) => {
    res.writeHead(answer.statusCode, answer.rawHeaders)
    answer.pipe(res)
  })
  out.on('error', () => req.destroy())
  req.pipe(out)
})

const front = createServer()
front.on('connect', ({ url }, socket) => {
  const [host, at] = url.split(':')
  socket.write('HTTP/1.1 200 OK\r\n\r\n')
  const secured = new TLSSocket(socket, { isServer: true, secureContext })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  ways.set(secured, { agent, host, port: Number(at) })
  secured.on('error', () => undefined).on('close', () => agent.destroy())
  passing.emit('connection', secured)
})
front.listen(Number(port), '127.0.0.1')
