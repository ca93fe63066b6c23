import type { Readable, Writable } from 'node:stream'

const METHOD_NOT_FOUND = -32_601

/** As much of JSON-RPC over stdio as it takes to ask a server a few things, one after another or at once. */
export interface Conversation {
  /** The result. Rejects with `Refused` for an error of the server's, `Ended`, or when it takes too long. */
  request(method: string, params: object, timeoutMs: number): Promise<unknown>
  notify(method: string): void
}

/** The server answered with an error. */
export class Refused extends Error {}

/** The server ended, or closed its stdout. */
export class Ended extends Error {}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

export function startConversation(server: {
  readonly stdin: Writable
  readonly stdout: Readable
}): Conversation {
  const waiting = new Map<number, Waiting>()
  let last = 0
  const send = (message: object): void => {
    server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  }
  const answer = ({ id, method }: JsonObject): void => {
    const refusal = { error: { code: METHOD_NOT_FOUND, message: 'not supported' } }
    if (id !== undefined) send({ id, ...(method === 'ping' ? { result: {} } : refusal) })
  }
  const settle = ({ id, result, error }: JsonObject): void => {
    const asked = waiting.get(Number(id))
    if (error === undefined) asked?.resolve(result)
    else asked?.reject(new Refused(isObject(error) ? String(error.message) : 'it answered with an error'))
  }
  eachLine(server.stdout, (line) => {
    const message = parsed(line)
    if (message === null) return
    if (typeof message.method === 'string') answer(message)
    else settle(message)
  })
  server.stdout.once('close', () => {
    for (const { reject } of waiting.values()) reject(new Ended('it ended'))
  })
  // A pipe that breaks is the server's end, which its stdout tells of.
  server.stdin.on('error', () => undefined)
  return {
    notify: (method) => send({ method }),
    request: async (method, params, timeoutMs) => {
      const id = ++last
      let timer: NodeJS.Timeout | undefined
      try {
        return await new Promise((resolve, reject) => {
          if (server.stdout.closed) reject(new Ended('it ended'))
          waiting.set(id, { resolve, reject })
          const late = () => reject(new Error(`it gave no answer to ${method} in ${timeoutMs / 1000} s`))
          timer = setTimeout(late, timeoutMs)
          send({ id, method, params })
        })
      } finally {
        clearTimeout(timer)
        waiting.delete(id)
      }
    },
  }
}

export interface JsonObject {
  readonly [field: string]: unknown
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(line: string): JsonObject | null {
  try {
    const message: unknown = JSON.parse(line)
    return isObject(message) ? message : null
  } catch {
    return null
  }
}

function eachLine(stream: Readable, receive: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) receive(line)
  })
}
