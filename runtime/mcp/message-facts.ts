/** What the bridge needs to know of one JSON-RPC message. Absent: not there, of another type, or too long. */
export interface MessageFacts {
  method?: string
  id?: string | number
  /** It has a `result` or an `error`. */
  isResponse: boolean
  /** `params.level`, of logging/setLevel. */
  level?: string
  /** `params.requestId`, of notifications/cancelled. */
  requestId?: string | number
  /** `params._meta["io.modelcontextprotocol/protocolVersion"]`. */
  protocolVersion?: string
  /** `params._meta["io.modelcontextprotocol/logLevel"]`. */
  logLevel?: string
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

/** Takes `value` for `name` if its type is right; a later member of the same name wins, as in JSON.parse. */
export function setFact(facts: MessageFacts, name: ScalarFact, value: unknown): void {
  const isId = name === 'id' || name === 'requestId'
  if (typeof value === 'string' || (isId && typeof value === 'number'))
    Object.assign(facts, { [name]: value })
  else delete facts[name]
}
