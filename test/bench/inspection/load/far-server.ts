/** far-server.cjs PORT CERTIFICATE KEY: answers every request over TLS. A line on its stdin is answered with `{}`. */
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createServer } from 'node:tls'
import { MessageCount } from './message-count.ts'

const [port, cert = '', key = ''] = process.argv.slice(2)
let answered = 0

function answer(): string {
  const id = `b7bc2f4a-e38e-4336-af7d-${(++answered).toString(16).padStart(12, '0')}`
  const body = `{"To":"alice@customer.example","SubmittedAt":"2026-01-01T00:00:00Z","MessageID":"${id}","ErrorCode":0,"Message":"OK"}`
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n`
  return `${head}\r\n${body}`
}

const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (socket) => {
  socket.setNoDelay(true)
  const messages = new MessageCount(() => socket.write(answer(), 'latin1'))
  socket.on('data', (chunk: Buffer) => messages.take(chunk))
  socket.on('error', () => socket.destroy())
})
server.listen(Number(port), '0.0.0.0', () => {
  const lines = createInterface({ input: process.stdin })
  lines.on('line', () => process.stdout.write('{}\n'))
  lines.on('close', () => process.exit(0))
})
