/** What the bridge needs to know of one JSON-RPC message. Absent: not there, of another type, or too long. */
export interface MessageFacts {
  method?: string | undefined
  id?: string | number | undefined
  /** It has a `result` or an `error`. */
  isResponse: boolean
  /** `params.level`, of logging/setLevel. */
  level?: string | undefined
  /** `params.requestId`, of notifications/cancelled. */
  requestId?: string | number | undefined
  /** `params._meta["io.modelcontextprotocol/protocolVersion"]`. */
  protocolVersion?: string | undefined
  /** `params._meta["io.modelcontextprotocol/logLevel"]`. */
  logLevel?: string | undefined
}

export type ScalarFact = Exclude<keyof MessageFacts, 'isResponse'>

/** Which members of an object matter, and what they are. A map, since a message may name `__proto__`. */
export type Wanted = ReadonlyMap<string, ScalarFact | 'response' | Wanted>

const META: Wanted = new Map<string, ScalarFact>([
  ['io.modelcontextprotocol/protocolVersion', 'protocolVersion'],
  ['io.modelcontextprotocol/logLevel', 'logLevel'],
])

const PARAMS: Wanted = new Map<string, ScalarFact | Wanted>([
  ['level', 'level'],
  ['requestId', 'requestId'],
  ['_meta', META],
])

export const MESSAGE: Wanted = new Map<string, ScalarFact | 'response' | Wanted>([
  ['method', 'method'],
  ['id', 'id'],
  ['result', 'response'],
  ['error', 'response'],
  ['params', PARAMS],
])

/** All members from the start: facts are made for every line, and objects of one shape are quick. */
export function noFacts(): MessageFacts {
  return {
    method: undefined,
    id: undefined,
    isResponse: false,
    level: undefined,
    requestId: undefined,
    protocolVersion: undefined,
    logLevel: undefined,
  }
}

/** Takes `value` for `name` if its type is right; a later member of the same name wins, as in JSON.parse. */
export function setFact(facts: MessageFacts, name: ScalarFact, value: unknown): void {
  const isString = typeof value === 'string'
  if (name === 'id' || name === 'requestId') {
    facts[name] = isString || typeof value === 'number' ? value : undefined
  } else facts[name] = isString ? value : undefined
}
