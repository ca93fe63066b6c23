import { once, setMaxListeners } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { AlertEvent } from '../../../../runtime/model/alert.ts'
import { BACKGROUND } from '../../../../runtime/model/call.ts'
import type { Journal, JournalEntry } from '../../../../runtime/model/journal.ts'
import type { Candidate, Provenance, Witness } from '../../../../runtime/model/payload.ts'
import type { EgressRule, Inspect, RequestRule, SinkRule } from '../../../../runtime/model/profile.ts'
import type { Mode } from '../../../../runtime/model/verdict.ts'
import { compileRules } from '../../../../runtime/policy/rules.ts'
import { recorderContext } from '../../../../runtime/recorder/context.ts'
import { type FlowOptions, handleFlow } from '../../../../runtime/recorder/flow.ts'
import { type Authority, createAuthority } from '../../../../runtime/recorder/inspect/authority.ts'
import { createInspector } from '../../../../runtime/recorder/inspect/inspector.ts'
import { createNameBook } from '../../../../runtime/recorder/name-book.ts'
import { openRelays } from '../../../../runtime/recorder/open-relays.ts'
import { createSinkhole } from '../../../../runtime/recorder/sinkhole.ts'
import { type TestAuthority, testAuthority } from './certificates.ts'

export const NAME = 'api.test'
/** Where the destinations listen; the recorder, at the same port of 127.0.0.1. */
export const FAR = '127.0.0.2'

export interface RigOptions {
  readonly mode?: Mode
  readonly inspect?: Inspect
  readonly protocol?: 'tls' | 'http' | 'smtp'
  readonly requests?: readonly RequestRule[] | null
  readonly sinks?: readonly SinkRule[]
  /** Values that the server was given. */
  readonly given?: readonly string[]
  readonly witness?: Witness | null
  /** What a write waits for before it is committed. */
  readonly commit?: (entries: readonly JournalEntry[]) => Promise<void>
}

/** A recorder with one declared destination, whose own side of the world is `destination`. */
export interface Rig {
  readonly authority: Authority
  readonly destinations: TestAuthority
  readonly entries: JournalEntry[]
  readonly learnt: string[]
  readonly port: number
  readonly protocol: 'tls' | 'http' | 'smtp'
  /** Resolves when all connections so far are over. */
  settled(): Promise<void>
  /** Of one kind, in order. */
  of<K extends JournalEntry['kind']>(kind: K): Extract<JournalEntry, { kind: K }>[]
  alerts(): AlertEvent[]
  drain(): void
  abort(): void
  close(): Promise<void>
}

let shared: Promise<{ authority: Authority; destinations: TestAuthority }> | null = null

/** Made once a file: keys take their time. */
export function authorities() {
  shared ??= Promise.all([createAuthority(Date.now()), testAuthority()]).then(
    ([authority, destinations]) => ({
      authority,
      destinations,
    }),
  )
  return shared
}

/** `destination` listens nowhere yet: it gets the recorder's port, of another address. */
export async function rig(destination: Server, options: RigOptions = {}): Promise<Rig> {
  const { authority, destinations } = await authorities()
  const { mode = 'enforce', inspect = 'required', protocol = 'tls', requests = null, sinks = [] } = options
  const entries: JournalEntry[] = []
  const learnt: string[] = []
  const journal: Journal = {
    write: async (...written) => {
      await options.commit?.(written)
      entries.push(...written)
    },
    close: async () => undefined,
  }
  const over = new AbortController()
  setMaxListeners(0, over.signal)
  const near = createServer({ allowHalfOpen: true, noDelay: true })
  near.listen(0, '127.0.0.1')
  await once(near, 'listening')
  const { port } = near.address() as AddressInfo
  destination.listen(port, FAR)
  await once(destination, 'listening')
  const rule: EgressRule = {
    ...{ kind: 'host', host: NAME, ports: [port], transport: 'tcp', protocol, purpose: null },
    ...{ resolves: ['127.0.0.0/8'], inspect, requests, reads: [] },
  }
  const context = recorderContext({
    ...{ server: 'p', session: 's', phase: 'run', mode, rules: compileRules([rule]), profileFile: null },
    ...{ clock: Date.now, journal, onAlert: () => undefined, onFailure: () => undefined },
  })
  const witness = options.witness === undefined ? plainWitness(options.given ?? [], learnt) : options.witness
  const inspector = createInspector({
    ...{ authority, sinks, context, witness, over: over.signal },
    upstreamAuthorities: [destinations.certificate],
  })
  const names = createNameBook()
  names.answer(NAME, ['127.0.0.1'])
  const relays = openRelays(context)
  const flowOptions: FlowOptions = {
    ...{ context, names, sinkhole: createSinkhole(), proxy: null, isOwn: () => false, over: over.signal },
    resolver: { knows: () => true, addresses: async () => ({ ok: true, addresses: [FAR] }) },
    inspector: Promise.resolve(inspector),
    ...(witness !== null && { witness }),
    onRelay: relays.add,
  }
  const flows = new Set<Promise<void>>()
  const sockets = new Set<Socket>()
  near.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    const flow = handleFlow(flowOptions, socket)
      .catch(() => {
        socket.destroy()
      })
      .finally(() => flows.delete(flow))
    flows.add(flow)
  })
  return {
    ...{ authority, destinations, entries, learnt, port, protocol },
    settled: async () => {
      await Promise.all(flows)
    },
    of: (kind) => entries.filter((entry) => entry.kind === kind) as never,
    alerts: () => entries.flatMap((entry) => (entry.kind === 'alert' ? [entry.alert] : [])),
    drain: relays.drain,
    abort: () => {
      over.abort()
      relays.abort('session ended')
    },
    close: async () => {
      over.abort()
      relays.abort('test over')
      for (const socket of sockets) socket.destroy()
      near.close()
      destination.close()
      if ('closeAllConnections' in destination)
        (destination as { closeAllConnections(): void }).closeAllConnections()
      await Promise.all(flows)
    },
  }
}

/** Explains what it was given, and what it has learnt. */
export function plainWitness(given: readonly string[], learnt: string[]): Witness {
  const provenanceOf = ({ value }: Candidate): Provenance => {
    if (given.includes(value)) return { sources: ['call-arguments'], kind: 'given' }
    if (learnt.some((text) => text.includes(value))) return { sources: ['response'], kind: 'response' }
    return { sources: [], kind: 'none' }
  }
  return {
    attribution: async () => BACKGROUND,
    weigh: async (candidates) => candidates.map(provenanceOf),
    learn: (texts) => {
      learnt.push(...texts)
    },
  }
}

/** Rigs of one test file, each closed after its test. */
export function rigs() {
  const open: Rig[] = []
  return {
    /** With a destination over TLS that has a certificate for its name. */
    secure: async (handler: RequestListener, options: RigOptions = {}): Promise<Rig> => {
      const { destinations } = await authorities()
      const server = createHttpsServer(await destinations.issue([NAME]), handler)
      const made = await rig(server, options)
      open.push(made)
      return made
    },
    of: async (server: Server, options: RigOptions = {}): Promise<Rig> => {
      const made = await rig(server, options)
      open.push(made)
      return made
    },
    close: async () => {
      for (const one of open.splice(0)) await one.close()
    },
  }
}
