import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Internet } from '../../fixtures/internet/model.ts'

/** Services on the host itself, which the sandbox must not reach: TCP and UDP on every address of the host. */
export interface HostListener {
  /** Bytes received at a port so far. */
  readonly received: ReadonlyMap<number, number>
}

// A process of its own, in the host's namespace; the internet ends it.
const PROGRAM = `
const say = (port, bytes) => process.stdout.write(port + ' ' + bytes + '\\n')
const ports = process.argv.slice(1).map(Number)
let waiting = 2 * ports.length
const ready = () => --waiting === 0 && process.stdout.write('ready\\n')
for (const port of ports) {
  require('net').createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => say(port, data.length))
  }).listen(port, '::', ready)
  const socket = require('dgram').createSocket({ type: 'udp6', ipv6Only: false })
  socket.on('message', (message) => say(port, message.length))
  socket.bind(port, '::', ready)
}
`

export async function listenOnHost(internet: Internet, ports: readonly number[]): Promise<HostListener> {
  const received = new Map<number, number>()
  const child = internet.spawn([process.execPath, '-e', PROGRAM, ...new Set(ports.map(String))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  lines.on('line', (line) => {
    const [port = 0, bytes = 0] = line.split(' ').map(Number)
    if (line !== 'ready') received.set(port, (received.get(port) ?? 0) + bytes)
  })
  await once(lines, 'line')
  return { received }
}
