import type { IncomingMessage, ServerResponse } from 'node:http'
import { readAnswer } from './answer-reading.ts'
import { carryBody } from './carry-body.ts'
import type { Http1Connection } from './http1-connection.ts'
import { forwardedFields, forwardedTrailers } from './http1-fields.ts'
import { pairs } from './http1-head.ts'
import type { Field } from './inspection.ts'
import type { RequestProgress } from './request-end.ts'
import type { RequestReading } from './request-reading.ts'

export interface AnswerWay {
  readonly req: IncomingMessage
  readonly res: ServerResponse
  readonly answer: IncomingMessage
  /** Of the request that it answers. */
  readonly reading: RequestReading
  readonly progress: RequestProgress
}

/** Carries the destination's answer as it comes. Throws where it is one that Node does not send on. */
export function carryHttp1Answer(
  { inspected, end, abort }: Pick<Http1Connection, 'inspected' | 'end' | 'abort'>,
  { req, res, answer, reading, progress }: AnswerWay,
): void {
  const fields = pairs(answer.rawHeaders)
  progress.status = answer.statusCode ?? null
  res.sendDate = false
  res.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? '', answerFields(fields, req.httpVersion))
  const reader = readAnswer(inspected, reading, fields)
  carryBody(answer, res, reader, (bytes) => {
    progress.bytesReceived += bytes
  })
  // One that comes slowly begins at once all the same.
  setImmediate(() => {
    if (progress.bytesReceived === 0 && !res.writableEnded) res.flushHeaders()
  })
  const finish = (): void => {
    const trailers = forwardedTrailers(pairs(answer.rawTrailers))
    try {
      if (trailers.length > 0) res.addTrailers(trailers as [string, string][])
      res.end()
    } catch {
      abort('malformed answer')
    }
  }
  const broken = (): void => {
    end.cut('reset by destination')
    res.destroy()
  }
  answer.on('end', () => reader.end().then(finish, broken))
  answer.on('error', broken)
}

/** Fields of answers that HTTP/1.0 does not have, or means otherwise. */
const NEWER = new Set(['transfer-encoding', 'connection', 'keep-alive', 'trailer'])
const KEPT = { upgrade: true, expect: true } as const

function answerFields(fields: readonly Field[], version: string): string[] {
  if (version !== '1.0') return forwardedFields(fields, KEPT)
  // It knows no chunks, and takes what comes until the connection is closed for the body.
  const known = fields.filter(([name]) => !NEWER.has(name.toLowerCase()))
  return [...forwardedFields(known, KEPT), 'Connection', 'close']
}

/** Carries what comes before an answer (RFC 9110, 15.2), as far as Node has words for it. Throws as the answer's does. */
export function informHttp1(
  req: IncomingMessage,
  res: ServerResponse,
  expects: boolean,
  { statusCode, rawHeaders }: { readonly statusCode: number; readonly rawHeaders: readonly string[] },
): void {
  if (res.headersSent || req.httpVersion === '1.0') return
  if (statusCode === 100 && expects) res.writeContinue()
  if (statusCode === 102) res.writeProcessing()
  if (statusCode === 103) res.writeEarlyHints(earlyHints(pairs(rawHeaders)))
}

function earlyHints(fields: readonly Field[]) {
  const link: string[] = []
  const hints: Record<string, string> = {}
  for (const [name, value] of fields) {
    if (name.toLowerCase() === 'link') link.push(value)
    else hints[name] = value
  }
  return { ...hints, link }
}
