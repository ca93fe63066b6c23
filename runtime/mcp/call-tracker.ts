import { type Attribution, BACKGROUND, type Call } from '../model/call.ts'
import type { MessageFacts } from './message-facts.ts'

const MAX_OPEN = 1024
const MAX_LISTED = 16
const MAX_ID = 64

/**
 * How long an ended call still counts, in milliseconds, where nothing else is open. What the server sent before its
 * answer may be seen after it: its connections and its stdout are read in no fixed order, and elsewhere by another
 * process.
 */
export const GRACE_MS = 100

export interface CallTracker {
  fromClient(message: MessageFacts): void
  fromServer(message: MessageFacts): void
  attribution(): Attribution
  /** A tool's call of this id (`Call.id`) has not been answered. */
  isOpen(id: string): boolean
}

/**
 * Follows the client's requests in both eras: nothing depends on a handshake. Only the client opens a call and says
 * what it is. The server can end one, and that only by an answer which no client could read otherwise: a line that
 * is not JSON, or an answer with a member too many, which some clients throw away, ends nothing. So at worst a call
 * counts for longer than it is open, and then it is one of several.
 */
export function createCallTracker({ clock = Date.now }: { clock?: () => number } = {}): CallTracker {
  /** Oldest first. */
  const open = new Set<OpenCall>()
  /** Answers by id, where the client used an id again before its first answer. */
  const answers = new Map<string, number>()
  let ended: readonly { readonly call: Call; readonly at: number }[] = []

  const withId = (id: string) => [...open].filter((one) => one.id === id)
  const opened = (id: string, message: MessageFacts & { readonly method: string }): void => {
    open.add({ id, call: callOf(id, message, clock()), inBatch: message.inBatch })
    const [oldest] = open
    if (open.size <= MAX_OPEN || oldest === undefined) return
    open.delete(oldest)
    answers.delete(oldest.id)
  }
  const closed = (calls: readonly OpenCall[]): void => {
    const at = clock()
    for (const one of calls) {
      open.delete(one)
      answers.delete(one.id)
    }
    const said = calls.filter(({ call }) => counts(call)).map(({ call }) => ({ call, at }))
    ended = [...ended, ...said].slice(-MAX_LISTED)
  }
  const answered = (id: string, inBatch: boolean): void => {
    const calls = withId(id)
    // Only who sent a batch can be counted on to read one.
    if (calls.length === 0 || (inBatch && !calls.every((one) => one.inBatch))) return
    const count = (answers.get(id) ?? 0) + 1
    answers.set(id, count)
    // Of several calls with one id nobody knows which was answered: they end together.
    if (count >= calls.length) closed(calls)
  }
  const justEnded = (): Call[] => {
    const now = clock()
    return ended.filter(({ at }) => at <= now && now - at < GRACE_MS).map(({ call }) => call)
  }

  return {
    fromClient: (message) => {
      const { method, id, requestId } = message
      if (method === undefined) return
      if (id !== undefined) opened(id, { ...message, method })
      else if (method === 'notifications/cancelled' && requestId !== undefined) closed(withId(requestId))
    },
    fromServer: ({ isAnswer, id, inBatch }) => {
      if (isAnswer && id !== undefined) answered(id, inBatch)
    },
    attribution: () => {
      const calls = [...open].map(({ call }) => call)
      const tools = calls.filter(isToolCall)
      if (tools.length > 0) return attributed(tools)
      const others = calls.filter(counts)
      if (others.length === 0) return attributed(justEnded())
      return attributed([...justEnded().filter(isToolCall), ...others])
    },
    isOpen: (id) => [...open].some(({ call }) => call.id === id && isToolCall(call)),
  }
}

interface OpenCall {
  /** Not cut. */
  readonly id: string
  readonly call: Call
  readonly inBatch: boolean
}

function callOf(
  id: string,
  { method, name }: MessageFacts & { readonly method: string },
  startedAt: number,
): Call {
  const tool = method === 'tools/call' ? (name ?? null) : null
  return { id: shownId(id), method, tool, startedAt }
}

/** `Call.id` of a message's id. */
export function shownId(id: string): string {
  return id.slice(0, MAX_ID)
}

function isToolCall({ method }: Call): boolean {
  return method === 'tools/call'
}

/** A subscription is open as long as the client is, and asks for nothing. */
function counts({ method }: Call): boolean {
  return method !== 'subscriptions/listen'
}

/** `calls`: oldest first. */
function attributed(calls: readonly Call[]): Attribution {
  if (calls.length === 0) return BACKGROUND
  return { kind: calls.length === 1 ? 'one' : 'ambiguous', calls: calls.slice(-MAX_LISTED).reverse() }
}
