import { createServer, type Server, type Socket } from 'node:net'
import type { FlowRecord } from '../model/flow.ts'
import type { JournalEntry } from '../model/journal.ts'
import { CAPTURE_PORT } from '../tap/rules.ts'
import type { RecorderContext } from './context.ts'
import { openRelays } from './open-relays.ts'
import { relay } from './relay.ts'
import type { DialPort } from './remote/streams.ts'

/** A browser that was sent back to the server and forgot it. */
const IDLE_MS = 5 * 60_000
const LOOPBACKS = ['127.0.0.1', '::1'] as const
/** Where the host has no IPv6. */
const NO_SUCH_ADDRESS = ['EADDRNOTAVAIL', 'EAFNOSUPPORT']
const NOTHING = { bytesSent: 0, bytesReceived: 0 }

export interface CallbackOptions {
  readonly context: RecorderContext
  /** Reaches a port of the sandbox's loopback. */
  readonly reach: DialPort
  /** Ports that lead in; those of `hostLoopback` lead out of the sandbox, and cannot do both. */
  readonly ports: readonly number[]
  readonly hostLoopback: readonly number[]
  /** Takes a sentence for a person. */
  readonly tell: (sentence: string) => void
}

export interface Callbacks {
  /** For when the server has ended: accepts no more, and resolves when all that it had sent is sent on. */
  drain(): Promise<void>
  /** Cuts what is left, and resolves when every row is complete. */
  cut(cause: string): Promise<void>
}

/**
 * Listens on the host's own loopback, and carries each connection to the same port of the sandbox's: a browser
 * that an OAuth login sends back finds the server there. Every connection has its row, as those of the server's.
 */
export function serveCallbacks(options: CallbackOptions): Callbacks {
  const { context, reach, hostLoopback, tell } = options
  const relays = openRelays(context)
  const sockets = new Set<Socket>()
  const flows = new Set<Promise<void>>()
  const servers: Server[] = []
  const tellFull = once(() =>
    tell('more connections to callback ports than are carried at one time: the last was closed'),
  )

  const accept = (client: Socket, port: number): void => {
    sockets.add(client)
    client.once('close', () => sockets.delete(client))
    client.on('error', () => undefined)
    const flow = carry(client, port)
      .catch(() => {
        client.destroy()
      })
      .finally(() => flows.delete(flow))
    flows.add(flow)
  }

  const carry = async (client: Socket, port: number): Promise<void> => {
    const flow = flowRecord(context, client.localAddress ?? '', port)
    await context.record({ kind: 'flow-opened', flow })
    const close = (end: Pick<Closed, 'state' | 'cause' | 'counts'>): Promise<void> =>
      context.record({ kind: 'flow-closed', flow: flow.id, at: context.clock(), dialled: null, ...end })
    const reached = await reach(port)
    if (!reached.ok) {
      client.resetAndDestroy()
      const full = reached.code === 'EMFILE'
      if (full) tellFull()
      const cause = full ? 'no room' : 'the server does not listen'
      return close({ state: 'unreachable', cause, counts: NOTHING })
    }
    const carried = relay(reached.socket, client, Buffer.alloc(0), false)
    client.setTimeout(IDLE_MS, () => carried.abort('idle'))
    relays.add(flow.id, carried)
    const end = await carried.ended
    await close({ ...end, counts: carried.counts() })
  }

  const listen = (port: number): void => {
    let led = false
    for (const address of LOOPBACKS) {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => accept(client, port))
      servers.push(server)
      server.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
        if (NO_SUCH_ADDRESS.includes(code)) return
        const why = code === 'EADDRINUSE' ? 'is in use' : `cannot be had (${code})`
        tell(`port ${port} of this machine's ${address} ${why}: it does not lead to the server`)
      })
      server.listen({ host: address, port }, () => {
        if (!led) tell(`port ${port} of this machine's loopback leads to the server`)
        led = true
      })
    }
  }
  for (const port of options.ports) {
    if (port === CAPTURE_PORT)
      tell(`port ${port} is the recorder's own in the sandbox: it does not lead to the server`)
    else if (hostLoopback.includes(port)) {
      tell(`port ${port} is declared as host-loopback: it leads out of the sandbox, and not to the server`)
    } else listen(port)
  }

  const closeServers = (): void => {
    for (const server of servers) server.close()
  }
  return {
    drain: async () => {
      closeServers()
      relays.drain()
      await Promise.all(flows)
    },
    cut: async (cause) => {
      closeServers()
      relays.abort(cause)
      for (const socket of sockets) socket.destroy()
      await Promise.all(flows)
    },
  }
}

type Closed = Extract<JournalEntry, { kind: 'flow-closed' }>

/** It came in: its address is the one of the host's that was dialled. */
function flowRecord(context: RecorderContext, address: string, port: number): FlowRecord {
  return {
    id: context.nextId(),
    session: context.session,
    phase: context.phase,
    startedAt: context.clock(),
    address,
    port,
    transport: 'tcp',
    name: null,
    nameSource: 'none',
    protocol: 'none',
    sni: null,
    alpn: [],
    ech: false,
    httpHost: null,
    chain: [],
    attribution: null,
    inspection: 'uninspected',
    declaration: 'declared',
    action: 'allowed',
    reason: 'callback',
  }
}

function once(act: () => void): () => void {
  let done = false
  return () => {
    if (!done) act()
    done = true
  }
}
