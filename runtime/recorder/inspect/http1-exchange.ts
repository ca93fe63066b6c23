import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { denied } from '../../model/verdict.ts'
import { type Explanation, explainOutage, explainRequest } from '../explanation.ts'
import { type Admission, admit } from './admit.ts'
import { carryBody } from './carry-body.ts'
import { holdBody } from './hold-body.ts'
import { carryHttp1Answer, informHttp1 } from './http1-answer.ts'
import type { Http1Connection } from './http1-connection.ts'
import { forwardedFields, forwardedTrailers } from './http1-fields.ts'
import { type Http1Head, pairs, readHttp1Head } from './http1-head.ts'
import { refuseHttp1 } from './http1-refusal.ts'
import type { Field } from './inspection.ts'
import { judgeHeld, refusedLate } from './judge-held.ts'
import { newProgress, recordEnd } from './request-end.ts'
import { DialProblem } from './upstream-agent.ts'
import { carryWebSocket } from './websocket.ts'

/** Of a head, as Node's parser counts it: more than most servers take. */
export const MAX_HEAD_BYTES = 64 * 1024

/** Node sends the others as they are, and gives these chunks where their length is not said. */
const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

type Allowed = Extract<Admission, { kind: 'allowed' }>

/** A request as it came: what goes on beside head and body. */
export interface Came {
  /** The client waits to be told before it sends the body. */
  readonly expects: boolean
  /** It has no parser behind it any more, and no request follows; what came right behind it. */
  readonly detached: Buffer | null
}

/** One request of a client, from its head to the end of its answer. */
export class Http1Exchange {
  readonly #connection: Http1Connection
  readonly #req: IncomingMessage
  readonly #res: ServerResponse
  readonly #came: Came
  readonly #progress = newProgress()
  /** It has become another protocol's: the ends of request and answer say nothing. */
  #switched = false
  #done: () => void = () => undefined

  constructor(connection: Http1Connection, req: IncomingMessage, res: ServerResponse, came: Came) {
    this.#connection = connection
    this.#req = req
    this.#res = res
    this.#came = came
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { inspected, end } = this.#connection
    end.requestBegins()
    const sent = this.#connection.sending()
    try {
      this.#connection.receiving = this.#req
      const head = readHttp1Head(this.#req)
      if (head.malformed) this.#connection.last = true
      const admission = await admit(inspected, head)
      if (admission.kind === 'denied') this.#refuse(admission.explanation)
      else await this.#carry(head, admission, sent)
    } catch {
      // The store failed, or what must not: nothing goes on.
      this.#connection.abort('recorder failed')
    }
    sent()
    end.requestEnded()
  }

  async #carry(head: Http1Head, allowed: Allowed, sent: () => void): Promise<void> {
    const { inspected, client, end } = this.#connection
    const { record, reading } = allowed
    const progress = this.#progress
    const held = allowed.hold ? await this.#hold(head, allowed) : null
    if (progress.verdict !== null) this.#refuse(explainRequest(inspected.flow, progress.verdict.reason))
    else if (!client.destroyed && (!allowed.hold || held !== null)) {
      await new Promise<void>((resolve) => {
        this.#done = resolve
        this.#send(head, allowed, held, sent)
      })
    }
    for (const chunk of held ?? []) inspected.held.give(chunk.length)
    // What of it went on before is in its counts.
    if (this.#connection.broken && !this.#req.complete) {
      progress.verdict = denied('malformed')
      await inspected.context.record(...refusedLate(inspected, record, 'malformed'))
    }
    if ((await recordEnd(inspected, record, reading, progress)) === 'partial') end.partial()
  }

  /** Reads all of the body before anything goes on; null: nothing does. */
  async #hold(head: Http1Head, { record, reading }: Allowed): Promise<readonly Buffer[] | null> {
    const { inspected } = this.#connection
    const req = this.#req
    // What follows an upgrade cannot be read before it goes on.
    if (this.#came.detached !== null) {
      this.#progress.verdict = await judgeHeld(inspected, record, reading, false)
      return null
    }
    if (this.#came.expects) this.#res.writeContinue()
    const announced = head.body.kind === 'length' ? head.body.bytes : null
    const body =
      head.body.kind === 'none'
        ? ({ kind: 'whole', chunks: [] } as const)
        : await holdBody(req, reading, inspected.held, announced)
    if (body.kind === 'gone') return null
    const whole = body.kind === 'whole'
    if (whole) reading.trailers(pairs(req.rawTrailers))
    this.#progress.verdict = await judgeHeld(inspected, record, reading, whole)
    return whole ? body.chunks : null
  }

  #send(head: Http1Head, { reading }: Allowed, held: readonly Buffer[] | null, sent: () => void): void {
    const { inspected, agent } = this.#connection
    const req = this.#req
    const progress = this.#progress
    const out = request({
      agent,
      host: inspected.name,
      method: head.method,
      path: head.target,
      headers: this.#fields(head, held !== null),
      maxHeaderSize: MAX_HEAD_BYTES,
    })
    out.maxHeadersCount = 0
    progress.sent = true
    const onBytes = (bytes: number): void => {
      progress.bytesSent += bytes
    }
    const finish = (trailers: readonly Field[]): void => {
      if (trailers.length > 0) out.addTrailers(trailers as [string, string][])
      out.end()
    }
    out.on('finish', sent)
    out.on('response', (answer) => {
      this.#orBreak(() =>
        carryHttp1Answer(this.#connection, { req, res: this.#res, answer, reading, progress }),
      )
    })
    out.on('information', (early) =>
      this.#orBreak(() => informHttp1(req, this.#res, this.#came.expects, early)),
    )
    out.on('upgrade', (answer, far, early) => void this.#upgrade(answer, far as Socket, early))
    out.on('error', (error) => this.#fail(error))
    this.#whenBothClosed(out)
    if (held !== null) {
      for (const chunk of held) {
        onBytes(chunk.length)
        out.write(chunk)
      }
      finish(forwardedTrailers(pairs(req.rawTrailers)))
    } else if (head.body.kind === 'none') out.end()
    else {
      carryBody(req, out, reading, onBytes)
      req.on('end', () => {
        const trailers = pairs(req.rawTrailers)
        reading.trailers(trailers)
        void reading.end()
        this.#orBreak(() => finish(forwardedTrailers(trailers)))
      })
    }
  }

  #fields(head: Http1Head, held: boolean): string[] {
    const { expects, detached } = this.#came
    const fields = forwardedFields(head.headers, { upgrade: detached !== null, expect: expects && !held })
    if (head.body.kind === 'none' && !WITHOUT_BODY.has(head.method)) fields.push('Content-Length', '0')
    // A request of HTTP/1.0 goes on as one of HTTP/1.1.
    if (head.hosts.length === 0) fields.unshift('Host', this.#connection.inspected.name)
    return fields
  }

  /** What the destination sent and Node will not send on is broken off. */
  #orBreak(act: () => void): void {
    try {
      act()
    } catch {
      this.#connection.abort('malformed answer')
    }
  }

  /** From here on both sides speak another protocol. */
  async #upgrade(answer: IncomingMessage, far: Socket, early: Buffer): Promise<void> {
    const { detached } = this.#came
    if (detached === null) {
      // Nobody asked for it.
      far.destroy()
      this.#connection.abort('malformed answer')
      return
    }
    this.#switched = true
    this.#res.detachSocket(this.#connection.client)
    await carryWebSocket(this.#connection, this.#progress, { answer, far, early, sentAhead: detached })
    this.#done()
  }

  #fail(error: NodeJS.ErrnoException): void {
    const { inspected, end, client } = this.#connection
    const res = this.#res
    if (res.destroyed || client.destroyed) return
    if (error instanceof DialProblem && !res.headersSent) {
      this.#refuse(explainOutage(inspected.flow, error.message))
      return
    }
    if (this.#progress.status !== null && res.writableEnded) return
    end.cut(`reset by destination (${error.code ?? 'error'})`)
    client.destroy()
  }

  #refuse(explanation: Explanation): void {
    this.#connection.last ||= !this.#req.complete
    refuseHttp1(this.#req, this.#res, explanation, this.#came.detached === null)
  }

  #whenBothClosed(out: ClientRequest): void {
    const { gone } = this.#connection
    const res = this.#res
    let [resOpen, outOpen] = [true, true]
    const settle = (): void => {
      if (!resOpen && !outOpen && !this.#switched) this.#done()
    }
    const onRes = (): void => {
      if (!resOpen) return
      resOpen = false
      gone.delete(onRes)
      // The client gave up: so does its request.
      if (!res.writableFinished) out.destroy()
      // One that waits for its connection does not say that it is closed.
      if (out.destroyed && out.socket === null) outOpen = false
      settle()
    }
    // An answer that waits for others before it is told nothing of its connection's end.
    gone.add(onRes)
    res.once('finish', onRes).once('close', onRes)
    out.once('close', () => {
      outOpen = false
      settle()
    })
  }
}
