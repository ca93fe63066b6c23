import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { relay } from '../relay.ts'
import type { Http1Connection } from './http1-connection.ts'
import { pairs } from './http1-head.ts'
import type { RequestProgress } from './request-end.ts'

export interface Switched {
  readonly answer: IncomingMessage
  readonly far: Socket
  /** What came right behind the answer. */
  readonly early: Buffer
  /** What the client sent right behind its request. */
  readonly sentAhead: Buffer
}

/** Carries what follows a WebSocket's handshake, both ways and unread, to its end. */
export async function carryWebSocket(
  { client, end }: Pick<Http1Connection, 'client' | 'end'>,
  progress: RequestProgress,
  { answer, far, early, sentAhead }: Switched,
): Promise<void> {
  progress.status = 101
  progress.unread = 'websocket'
  client.write(switchingHead(answer), 'latin1')
  // What went before is none of it.
  const before = client.bytesWritten
  if (early.length > 0) far.unshift(early)
  const carried = relay(client, far, sentAhead, false)
  const over = await carried.ended
  const { bytesSent, bytesReceived } = carried.counts()
  progress.bytesSent = bytesSent
  progress.bytesReceived = bytesReceived - before
  if (over.state === 'aborted') end.cut(over.cause)
}

function switchingHead({ statusMessage, rawHeaders }: IncomingMessage): string {
  const lines = pairs(rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 101 ${statusMessage}\r\n${lines.join('')}\r\n`
}
