import type { Socket } from 'node:net'
import type { Witness } from '../../model/payload.ts'
import type { Judgement } from '../../policy/judge-flow.ts'
import type { Rules } from '../../policy/rules.ts'
import type { RecorderContext } from '../context.ts'
import type { Explanation } from '../explanation.ts'
import type { Opening } from '../first-bytes.ts'
import { answerInTls } from './answer-in-tls.ts'
import { type Handling, handlingOf } from './handling.ts'
import { heldBytes } from './held-bytes.ts'
import { type Http1Server, http1Server } from './http1-server.ts'
import type { InspectedFlow, InspectionOptions } from './inspection.ts'
import { createLeafMint, type LeafMint } from './leaf-mint.ts'
import { type FlowToRead, type ReadEnd, readFlow } from './read-flow.ts'
import { toldFields } from './told-fields.ts'
import { type UpstreamTls, upstreamTls } from './upstream-tls.ts'

/** Reads the requests of a session. */
export interface Inspector {
  /** What is done with a connection that may be made. `name`: the flow's, as far as it holds. */
  handling(judgement: Judgement, name: string | null, opening: Opening): Handling
  /** Carries a connection to its end. */
  read(way: FlowToRead): Promise<ReadEnd>
  /** Ends the client's TLS to say why its connection goes nowhere. */
  answer(socket: Socket, opening: Opening, name: string, explanation: Explanation): Promise<void>
}

/** What all connections of a session have in common that are read. */
export interface Session extends Pick<InspectedFlow, 'context' | 'sinks' | 'witness' | 'held' | 'told'> {
  readonly mint: LeafMint
  readonly upstream: UpstreamTls
  readonly http1: Http1Server
  /** Names for which a client did not take the session's certificate. */
  readonly unread: Set<string>
}

export interface InspectorOptions extends InspectionOptions {
  readonly context: RecorderContext
  readonly witness: Witness | null
  readonly over: AbortSignal
}

/** What is known ahead is made ready when the server has been started, which is what the machine is doing first. */
const PREPARE_AFTER_MS = 250

export function createInspector(options: InspectorOptions): Inspector {
  const { context, witness, sinks, authority, upstreamAuthorities, over } = options
  const mint = createLeafMint(authority, context.clock)
  const upstream = upstreamTls(upstreamAuthorities, over)
  const unread = new Set<string>()
  const own = { held: heldBytes(), told: toldFields(), mint, upstream, http1: http1Server(), unread }
  const session: Session = { context, witness, sinks, ...own }
  const timer = setTimeout(() => void prepare(context.rules, session, over), PREPARE_AFTER_MS)
  timer.unref()
  const end = (): void => {
    clearTimeout(timer)
    session.http1.close()
  }
  over.addEventListener('abort', end, { once: true })
  return {
    handling: ({ inspect, protocol }, name, { first }) => {
      const readable = name === null || !unread.has(name)
      return handlingOf({ mode: context.mode, inspect, name, first, smtp: protocol === 'smtp', readable })
    },
    read: (way) => readFlow(session, way),
    answer: async (socket, opening, name, explanation) =>
      answerInTls(socket, opening, await mint.contextFor(name), explanation),
  }
}

/** One step at a time, so that nothing waits for all of them. */
async function prepare(rules: Rules, { mint, upstream }: Session, over: AbortSignal): Promise<void> {
  const names = [...rules.exact].filter(([, hosts]) => hosts.some(({ inspect }) => inspect !== 'no'))
  upstream.warm()
  for (const [name] of names) {
    await new Promise((resolve) => setImmediate(resolve))
    if (over.aborted) return
    await mint.contextFor(name).catch(() => undefined)
  }
}
