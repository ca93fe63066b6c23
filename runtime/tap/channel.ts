import type { Readable, Writable } from 'node:stream'

export interface Message {
  readonly kind: string
}

/** One conversation over a channel, which may carry several. */
export interface Channel<In extends Message, Out extends Message> {
  send(message: Out): void
  /** One handler a kind; messages that nobody waits for yet are kept for it. */
  on<K extends In['kind']>(kind: K, handler: (message: Extract<In, { kind: K }>) => void): void
  /** Resolves when nothing more can come. */
  readonly ended: Promise<void>
}

/** Messages both ways over two byte streams: JSON, a line each, told apart by `kind`. */
export interface SharedChannel {
  /** The conversation whose messages are these. */
  as<In extends Message, Out extends Message>(): Channel<In, Out>
  readonly ended: Promise<void>
}

/** The other side is trusted to be ours, not to be well: a line that cannot be read ends the channel. */
export function jsonChannel(readable: Readable, writable: Writable): SharedChannel {
  const handlers = new Map<string, (message: never) => void>()
  const kept: Message[] = []
  let parts: string[] = []
  const take = (message: Message): void => {
    const handler = handlers.get(message.kind)
    if (handler === undefined) kept.push(message)
    else handler(message as never)
  }
  readable.setEncoding('utf8')
  readable.on('data', (text: string) => {
    const [first = '', ...rest] = text.split('\n')
    parts.push(first)
    for (const next of rest) {
      const message = parse(parts.join(''))
      parts = [next]
      if (message !== null) take(message)
      else readable.destroy()
    }
  })
  writable.on('error', () => readable.destroy())
  const ended = new Promise<void>((resolve) => {
    readable
      .once('close', resolve)
      .once('end', resolve)
      .once('error', () => resolve())
  })
  const channel: Channel<Message, Message> = {
    send: (message) => void writable.write(`${JSON.stringify(message)}\n`),
    on: (kind, handler) => {
      handlers.set(kind, handler)
      for (const message of kept.splice(0)) take(message)
    },
    ended,
  }
  return { as: () => channel as never, ended }
}

function parse(line: string): Message | null {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
