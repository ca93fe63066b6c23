import { readlinkSync } from 'node:fs'
import { becomes, endWithParent } from './become.ts'
import type { TapConfig, TapStatus } from './config.ts'
import { receiveDescriptors, sendAll, sendDescriptors } from './descriptors.ts'
import { holds } from './hold.ts'
import { addHostLoopback, configureNetwork } from './network.ts'
import { type CaptureSockets, openCaptureSockets, type SocketName } from './sockets.ts'
import { stageMounts } from './stage.ts'
import { connectUnix } from './unix-socket.ts'

/**
 * The tap: begins in a new network namespace, makes everything in it local, opens the recorder's sockets
 * there, hands them over the link, waits for its orders, and becomes the command that they name: the sandboxed
 * server's process, or one that only holds the namespace. It holds no socket of the namespace by then: all are
 * close-on-exec.
 *
 * The link is descriptor 3 as inherited, or the unix socket at the path that is the first of two arguments. The last is
 * the shell that configures the network.
 */
const INHERITED = 3
/** For a recorder whose container is started beside this one. */
const CONNECT_MS = 15_000

const args = process.argv.slice(2)
const shell = Number(args.pop())
const [path] = args
const link = path === undefined ? INHERITED : connectUnix(path, CONNECT_MS)

let step = 'start'
try {
  // A container's first process has no parent in its namespace: the link's end is what ends it.
  if (path === undefined) endWithParent()
  step = 'network'
  const ipv6 = configureNetwork(shell)
  step = 'sockets'
  const sockets = openCaptureSockets(ipv6)
  handOver(sockets)
  step = 'orders'
  const config = orders()
  if (config !== null) {
    step = 'host-loopback ports'
    addHostLoopback(config.hostLoopbackPorts)
    step = 'mounts'
    if (config.stage !== null) stageMounts(config.stage)
    step = 'exec'
    if (config.command === 'hold') holds(link, sockets.netfilter)
    becomes(config.command, config.args, config.user)
  }
} catch (error) {
  tell({ status: 'failed', step, message: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
}

function handOver(sockets: CaptureSockets): void {
  const entries = Object.entries(sockets).flatMap(([name, fds]) =>
    [fds].flat().flatMap((fd) => (fd === null ? [] : [[name as SocketName, fd] as const])),
  )
  const namespace = readlinkSync('/proc/self/ns/net')
  tell({ status: 'ready', sockets: entries.map(([name]) => name), namespace })
  sendDescriptors(
    link,
    entries.map(([, fd]) => fd),
  )
}

function tell(status: TapStatus): void {
  sendAll(link, Buffer.from(`${JSON.stringify(status)}\n`))
}

/** One line of JSON. Null when mcp-run closed the link instead: nothing is to be run. */
function orders(): TapConfig | null {
  const chunks: Buffer[] = []
  for (;;) {
    const received = receiveDescriptors(link, 0)
    if (received === null) continue
    if (received.data.length === 0) return null
    chunks.push(received.data)
    if (received.data.includes(0x0a)) return JSON.parse(Buffer.concat(chunks).toString())
  }
}
