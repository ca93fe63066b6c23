import {
  type ClientHttp2Stream,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import { type Explanation, explainRequest } from '../explanation.ts'
import { refusalMessage } from '../refusal-bytes.ts'
import { type Admission, admit } from './admit.ts'
import { readAnswer } from './answer-reading.ts'
import { carryBody } from './carry-body.ts'
import { holdBody } from './hold-body.ts'
import { forwardedTrailers } from './http1-fields.ts'
import { pairs } from './http1-head.ts'
import type { Http2Connection } from './http2-connection.ts'
import { firstOfEach, type Http2Head, http2Headers, readHttp2Head } from './http2-head.ts'
import type { Field } from './inspection.ts'
import { judgeHeld } from './judge-held.ts'
import { newProgress, recordEnd } from './request-end.ts'
import type { RequestReading } from './request-reading.ts'

const {
  NGHTTP2_FLAG_END_STREAM: END_STREAM,
  NGHTTP2_NO_ERROR: NO_ERROR,
  NGHTTP2_CANCEL: CANCEL,
  NGHTTP2_INTERNAL_ERROR: INTERNAL_ERROR,
  NGHTTP2_REFUSED_STREAM: REFUSED_STREAM,
} = constants

type Allowed = Extract<Admission, { kind: 'allowed' }>

/** One request of a client, from its head to the end of its answer: a stream here, and a stream there. */
export class Http2Exchange {
  readonly #connection: Http2Connection
  readonly #stream: ServerHttp2Stream
  readonly #fields: readonly Field[]
  /** The request has no body. */
  readonly #bare: boolean
  readonly #progress = newProgress()
  #trailers: readonly Field[] = []
  #headOnly = false
  /** All of the answer has come. */
  #answered = false

  constructor(connection: Http2Connection, stream: ServerHttp2Stream, raw: readonly string[], flags: number) {
    this.#connection = connection
    this.#stream = stream
    this.#fields = pairs(raw)
    this.#bare = (flags & END_STREAM) !== 0
  }

  /** Never rejects. */
  async run(): Promise<void> {
    const { inspected, end } = this.#connection
    const stream = this.#stream
    end.requestBegins()
    stream.on('error', () => undefined)
    stream.on('trailers', (_headers, _flags, raw: string[] = []) => {
      this.#trailers = pairs(raw)
    })
    try {
      const head = readHttp2Head(this.#fields, { scheme: inspected.scheme, bare: this.#bare })
      this.#headOnly = head.method === 'HEAD'
      const admission = await admit(inspected, head)
      if (admission.kind === 'denied') this.#refuse(admission.explanation)
      else await this.#carry(head, admission)
    } catch {
      // The store failed, or what must not: nothing goes on.
      this.#connection.abort('recorder failed')
    }
    end.requestEnded()
  }

  async #carry(head: Http2Head, allowed: Allowed): Promise<void> {
    const { inspected, end } = this.#connection
    const { record, reading } = allowed
    const progress = this.#progress
    const held = allowed.hold ? await this.#hold(head, allowed) : null
    if (progress.verdict !== null) this.#refuse(explainRequest(inspected.flow, progress.verdict.reason))
    else if (!this.#stream.destroyed && (!allowed.hold || held !== null)) {
      await this.#send(head, allowed, held)
    }
    for (const chunk of held ?? []) inspected.held.give(chunk.length)
    if ((await recordEnd(inspected, record, reading, progress)) === 'partial') end.partial()
  }

  /** Reads all of the body before anything goes on; null: nothing does. */
  async #hold(head: Http2Head, { record, reading }: Allowed): Promise<readonly Buffer[] | null> {
    const { inspected } = this.#connection
    const stream = this.#stream
    if (head.expects) stream.additionalHeaders({ ':status': 100 })
    const body = this.#bare
      ? ({ kind: 'whole', chunks: [] } as const)
      : await holdBody(stream, reading, inspected.held, head.announced)
    if (body.kind === 'gone' || isBroken(stream)) return null
    const whole = body.kind === 'whole'
    if (whole) reading.trailers(this.#trailers)
    this.#progress.verdict = await judgeHeld(inspected, record, reading, whole)
    return whole ? body.chunks : null
  }

  /** Resolves when both streams are closed. */
  #send(head: Http2Head, { reading }: Allowed, held: readonly Buffer[] | null): Promise<void> {
    const stream = this.#stream
    const progress = this.#progress
    const out = this.#request(held !== null && head.expects)
    if (out === null) return Promise.resolve()
    progress.sent = true
    const onBytes = (bytes: number): void => {
      progress.bytesSent += bytes
    }
    out.on('error', () => undefined)
    out.on('headers', (headers: IncomingHttpHeaders) => {
      if (held === null || Number(headers[':status']) !== 100)
        this.#orBreak(() => stream.additionalHeaders(headers as OutgoingHttpHeaders))
    })
    out.on('response', (_headers, flags: number, raw: string[] = []) => {
      this.#orBreak(() => this.#answer(out, reading, flags, pairs(raw)))
    })
    out.on('wantTrailers', () => {
      this.#orBreak(() => out.sendTrailers(http2Headers(forwardedTrailers(this.#trailers))))
    })
    if (held !== null) {
      for (const chunk of held) {
        onBytes(chunk.length)
        out.write(chunk)
      }
      out.end()
    } else if (!this.#bare) {
      carryBody(stream, out, reading, onBytes)
      stream.on('end', () => {
        // Half a request is none.
        if (isBroken(stream)) return
        reading.trailers(this.#trailers)
        void reading.end()
        out.end()
      })
    }
    return this.#bothClosed(out)
  }

  /** Null: the destination takes no more requests by this connection, and the client may ask again by another one. */
  #request(expectAnswered: boolean): ClientHttp2Stream | null {
    const stream = this.#stream
    const fields = expectAnswered ? this.#fields.filter(([name]) => name !== 'expect') : this.#fields
    try {
      return this.#connection.upstream.request(http2Headers(fields), {
        endStream: this.#bare,
        waitForTrailers: !this.#bare,
      })
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException
      // Said twice what may be said once, it could be read in two ways.
      if (code.startsWith('ERR_HTTP2_HEADER') || code.startsWith('ERR_HTTP2_INVALID_HEADER'))
        this.#refuse(explainRequest(this.#connection.inspected.flow, 'malformed'))
      else stream.close(REFUSED_STREAM)
      return null
    }
  }

  #answer(out: ClientHttp2Stream, reading: RequestReading, flags: number, fields: readonly Field[]): void {
    const stream = this.#stream
    const progress = this.#progress
    const bare = (flags & END_STREAM) !== 0
    progress.status = Number(fields.find(([name]) => name === ':status')?.[1] ?? 0)
    if (stream.destroyed || stream.closed) return
    this.#respond(fields, bare)
    this.#answered = bare
    if (bare) return
    let trailers: readonly Field[] = []
    out.on('trailers', (_headers, _flags, raw: string[] = []) => {
      trailers = pairs(raw)
    })
    stream.on('wantTrailers', () => {
      this.#orBreak(() => stream.sendTrailers(http2Headers(forwardedTrailers(trailers))))
    })
    const reader = readAnswer(this.#connection.inspected, reading, fields)
    carryBody(out, stream, reader, (bytes) => {
      progress.bytesReceived += bytes
    })
    out.on('end', () => {
      // Nor is half an answer one: its reset is told when it closes.
      if (isBroken(out)) return
      this.#answered = true
      reader.end().then(
        () => stream.end(),
        () => stream.close(INTERNAL_ERROR),
      )
    })
  }

  /** What the other end sent and Node will not send on is broken off. */
  #orBreak(act: () => void): void {
    try {
      act()
    } catch {
      this.#stream.close(INTERNAL_ERROR)
    }
  }

  #respond(fields: readonly Field[], bare: boolean): void {
    const options = { endStream: bare, waitForTrailers: !bare, sendDate: false }
    try {
      this.#stream.respond(http2Headers(fields), options)
    } catch {
      this.#stream.respond(http2Headers(firstOfEach(fields)), options)
    }
  }

  #bothClosed(out: ClientHttp2Stream): Promise<void> {
    const stream = this.#stream
    return new Promise((resolve) => {
      let open = 2
      const closed = (): void => {
        if (--open === 0) resolve()
      }
      stream.once('close', () => {
        if (!out.closed) out.close(stream.rstCode === NO_ERROR ? CANCEL : stream.rstCode)
        closed()
      })
      out.once('close', () => {
        // A reset would overtake what is still to be sent.
        if (!this.#answered) stream.close(out.rstCode === NO_ERROR ? CANCEL : out.rstCode)
        // What the client still sends is wanted no more.
        else stream.resume()
        closed()
      })
      if (stream.closed && stream.destroyed) out.close(CANCEL)
    })
  }

  #refuse(explanation: Explanation): void {
    const stream = this.#stream
    if (stream.destroyed || stream.closed || stream.headersSent) return
    const { status, fields, body } = refusalMessage(explanation)
    const headers = http2Headers(fields.map(([name, value]) => [name.toLowerCase(), value]))
    stream.respond({ ':status': status, ...headers }, { endStream: this.#headOnly })
    if (!this.#headOnly) stream.end(body)
    stream.resume()
    // It is told that no more of the body is wanted, once it has been answered (RFC 9113, 8.1).
    stream.once('finish', () => {
      if (!stream.readableEnded) stream.close(NO_ERROR)
    })
  }
}

/** Ended otherwise than by its last frame: Node says `end` then too. */
function isBroken(stream: ClientHttp2Stream | ServerHttp2Stream): boolean {
  return stream.aborted || (stream.rstCode ?? NO_ERROR) !== NO_ERROR
}
