import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Explanation } from '../explanation.ts'
import { refusalMessage } from '../refusal-bytes.ts'

/** A client that goes on sending is listened to this long, so that it comes to read the answer. */
const LINGER_MS = 2000

/** Answers in place of the destination. `live`: the connection may go on, where all of the request has come. */
export function refuseHttp1(
  req: IncomingMessage,
  res: ServerResponse,
  explanation: Explanation,
  live: boolean,
): void {
  const { status, fields, body } = refusalMessage(explanation)
  // Where the client has said that it closes, it waits for the end (RFC 9112, 9.6).
  const stays = live && req.complete && res.shouldKeepAlive && status !== 400
  res.sendDate = false
  res.writeHead(status, [...fields.flat(), 'Connection', stays ? 'keep-alive' : 'close'])
  if (stays || req.method === 'HEAD') {
    res.end(body)
    return
  }
  // All is said by then; but what is left unread would make the kernel's close a reset, and the answer is lost with it.
  res.write(body)
  const end = (): void => {
    clearTimeout(timer)
    res.end()
  }
  const timer = setTimeout(end, LINGER_MS)
  req.once('end', end).once('close', end)
  req.resume()
}
