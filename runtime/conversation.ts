import type { Overhear } from './mcp/bridge-types.ts'
import { type CallTracker, createCallTracker } from './mcp/call-tracker.ts'
import { createWitness } from './mcp/conversation.ts'
import type { Witness } from './model/payload.ts'
import type { SessionOptions } from './session.ts'

/** The talk between client and server, as far as the recorder has to know of it. */
export interface Conversation {
  readonly witness: Witness
  readonly calls: CallTracker
  /** Null where no request is read: values are of no use then. */
  readonly overhear: Overhear | null
  /** How many values were forgotten for lack of room. */
  readonly forgotten: () => number
}

/** What the server is given at its start is given from here on. */
export async function startConversation(options: ConversationOptions): Promise<Conversation> {
  const { reading, launch, declared } = options
  const calls = createCallTracker()
  if (reading === null) {
    return { witness: createWitness({ calls, given: null }), calls, overhear: null, forgotten: () => 0 }
  }
  const [{ createGivenValues }, { overhearValues }] = await Promise.all([
    import('./provenance/given-values.ts'),
    import('./mcp/overhear-values.ts'),
  ])
  const given = createGivenValues()
  const hosts = declared.egress.flatMap((rule) =>
    rule.kind === 'host' ? [rule.host.replace(/^\*\./, '')] : [],
  )
  given.give('profile', [...declared.knownValues, ...hosts])
  given.give('environment', [...Object.values(launch.env), ...launch.command])
  return {
    witness: createWitness({ calls, given }),
    calls,
    overhear: overhearValues(given),
    forgotten: given.forgotten,
  }
}

type ConversationOptions = Pick<SessionOptions, 'reading' | 'launch' | 'declared'>
