import { becomes } from './become.ts'
import type { TapConfig, TapStatus } from './config.ts'
import { receiveDescriptors, sendAll, sendDescriptors } from './descriptors.ts'
import { prctl } from './libc.ts'
import { addHostLoopback, configureNetwork } from './network.ts'
import { openCaptureSockets } from './sockets.ts'
import { stageMounts } from './stage.ts'

/**
 * The tap: begins in a new network namespace, makes everything in it local, opens the recorder's sockets
 * there, hands them over the link, waits for its orders, and becomes the sandboxed server's process. It
 * holds no socket of the namespace by then: all are close-on-exec.
 */
const LINK = 3
const PR_SET_PDEATHSIG = 1
const SIGKILL = 9

let step = 'start'
try {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
  step = 'network'
  const ipv6 = configureNetwork()
  step = 'sockets'
  const sockets = openCaptureSockets(ipv6)
  tell({ status: 'ready', ipv6 })
  sendDescriptors(
    LINK,
    [
      ...[sockets.tcp, sockets.dnsTcp, sockets.netfilter, sockets.dnsUdp4, sockets.dnsUdp6],
      ...[...sockets.inward4, ...sockets.inward6],
    ].filter((fd): fd is number => fd !== null),
  )
  step = 'orders'
  const config = orders()
  if (config !== null) {
    step = 'host-loopback ports'
    addHostLoopback(config.hostLoopbackPorts)
    step = 'mounts'
    if (config.stage !== null) stageMounts(config.stage)
    step = 'exec'
    becomes(config)
  }
} catch (error) {
  tell({ status: 'failed', step, message: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
}

function tell(status: TapStatus): void {
  sendAll(LINK, Buffer.from(`${JSON.stringify(status)}\n`))
}

/** One line of JSON. Null when mcp-run closed the link instead: nothing is to be run. */
function orders(): TapConfig | null {
  const chunks: Buffer[] = []
  for (;;) {
    const received = receiveDescriptors(LINK, 0)
    if (received === null) continue
    if (received.data.length === 0) return null
    chunks.push(received.data)
    if (received.data.includes(0x0a)) return JSON.parse(Buffer.concat(chunks).toString())
  }
}
