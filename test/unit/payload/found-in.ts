import type { Candidate } from '../../../runtime/model/payload.ts'
import { type FieldRule, requestFinder } from '../../../runtime/payload/request-finder.ts'

export interface Sent {
  readonly type?: string
  readonly target?: string
  readonly headers?: readonly (readonly [string, string])[]
  readonly fields?: readonly FieldRule[]
  /** How long each chunk is, from the first; the last one holds the rest. */
  readonly cuts?: readonly number[]
}

export interface Read {
  readonly head: readonly Candidate[]
  readonly body: readonly Candidate[]
  readonly unread: string | null
}

/** What the finder says of a request. */
export async function read(body: string | Buffer, sent: Sent = {}): Promise<Read> {
  const { type = 'application/json', target = '/', headers = [], fields = [], cuts = [] } = sent
  const found: Candidate[] = []
  const head = { method: 'POST', target, headers: [['content-type', type] as const, ...headers] }
  const finder = requestFinder({ head, fields, onFound: (candidate) => found.push(candidate) })
  let rest = Buffer.from(body)
  for (const length of cuts) {
    await finder.write(rest.subarray(0, length))
    rest = rest.subarray(length)
  }
  if (rest.length > 0) await finder.write(rest)
  const { unread } = await finder.end()
  return { head: finder.head, body: found, unread }
}

/** Of the body, a line each: `/Bcc recipient mail x@evil.test`, and what was undone behind it. */
export async function foundIn(body: string | Buffer, sent: Sent = {}): Promise<string[]> {
  return lines((await read(body, sent)).body)
}

export function lines(candidates: readonly Candidate[]): string[] {
  return candidates.map(({ field, place, kind, value, encoding }) =>
    [field, place === 'text' ? '' : place, kind, value, encoding.join('+')]
      .filter((part) => part !== '')
      .join(' '),
  )
}
