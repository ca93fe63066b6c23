import type { AlertEvent } from '../../model/alert.ts'
import type { HttpRequestRecord } from '../../model/flow.ts'
import type { JournalEntry } from '../../model/journal.ts'
import type { Candidate, PayloadFinding } from '../../model/payload.ts'
import type { Action } from '../../model/verdict.ts'
import { requestFinder } from '../../payload/request-finder.ts'
import { judgeFindings } from '../../policy/judge-payload.ts'
import type { matchingSinks } from '../../policy/judge-request.ts'
import { alertForFinding } from '../../policy/request-alerts.ts'
import { inBackground } from '../context.ts'
import type { BodyReader } from './carry-body.ts'
import type { Field, InspectedFlow, RequestHead } from './inspection.ts'

/** Findings of one request that are told one by one; the rest are counted. */
const MAX_ALERTS = 64

/** A request that is read along: what it names is weighed as it is found. */
export interface RequestReading extends BodyReader {
  /** What the head names. Nothing else is read before it has settled. */
  head(): Promise<readonly PayloadFinding[]>
  /** From here on findings are told as they are found; `hold`: they wait for `tell`, since what becomes of the request is not known. */
  begin(record: HttpRequestRecord, hold: boolean): void
  /** Fields that come after the body. */
  trailers(fields: readonly Field[]): void
  /** Settles when all that was found so far is weighed, and told where it goes on; what was given whole is. */
  weighed(): Promise<void>
  /** Nothing follows. Resolves when all is weighed; any number of times. */
  end(): Promise<ReadingEnd>
  /** What waited: the alerts, and the names of the body's fields. */
  tell(action: Action): readonly JournalEntry[]
  /** Something that was weighed must not go on. */
  readonly blocks: boolean
  /** How many so far. */
  readonly findings: number
  /** Something weightier than a mention in text was among them. */
  readonly suspect: boolean
}

export interface ReadingEnd {
  /** In a few words; null: all was read. */
  readonly unread: string | null
  /** Something in it must not go on. */
  readonly blocks: boolean
}

const NOT_WEIGHED = 'not compared'
const NOT_READ = 'not read'

export function readRequest(
  inspected: InspectedFlow,
  head: RequestHead,
  sinks: ReturnType<typeof matchingSinks>,
): RequestReading {
  const { context, flow, name, witness, told: toldFields } = inspected
  const fields = sinks.map(({ index, sink }) => ({ index, field: sink.field, values: sink.values }))
  const facts = { mode: context.mode, host: name, sinks: inspected.sinks }
  let waiting: Candidate[] = []
  let weighing: Promise<void> | null = null
  let telling: Promise<void> | null = null
  let record: HttpRequestRecord | null = null
  let hold = true
  let untold: PayloadFinding[] = []
  let findings = 0
  let told = 0
  let unread: string | null = null
  let blocks = false
  let suspect = false
  let ended: Promise<ReadingEnd> | null = null

  const onFound = (candidate: Candidate): void => {
    waiting.push(candidate)
  }
  const finder = requestFinder({ head, fields, onFound })

  const weigh = async (candidates: readonly Candidate[]): Promise<readonly PayloadFinding[]> => {
    if (witness === null) {
      unread ??= NOT_WEIGHED
      return []
    }
    try {
      return judgeFindings(candidates, await witness.weigh(candidates), facts)
    } catch {
      unread ??= NOT_WEIGHED
      return []
    }
  }
  const take = (found: readonly PayloadFinding[]): void => {
    if (found.length === 0) return
    findings += found.length
    blocks ||= found.some((finding) => finding.blocks)
    suspect ||= found.some(({ severity }) => severity !== 'low')
    untold.push(...found)
    if (hold) return
    telling = context.record(...alertsOf('allowed'))
    inBackground(telling)
  }
  const fieldsOf = (action: Action): JournalEntry[] => {
    if (record === null) return []
    const fields = toldFields.news(record, flow.port, finder.names)
    return fields === null
      ? []
      : [{ kind: 'http-fields', fields: { ...fields, at: context.clock(), action } }]
  }
  const tellFields = (): void => {
    if (hold) return
    const entries = fieldsOf('allowed')
    if (entries.length > 0) inBackground(context.record(...entries))
  }
  const alertsOf = (action: Action): JournalEntry[] => {
    const alerts: AlertEvent[] = []
    for (const finding of untold) {
      if (record === null || ++told > MAX_ALERTS) break
      alerts.push(alertForFinding(context.server, flow, record, { finding, action }))
    }
    untold = []
    return alerts.map((alert) => ({ kind: 'alert', alert }))
  }
  const weighFound = (): void => {
    tellFields()
    if (waiting.length === 0) return
    const batch = waiting
    waiting = []
    const found = weigh(batch)
    // One batch after the other, in the order in which they were found.
    weighing = weighing === null ? found.then(take) : weighing.then(async () => take(await found))
  }
  const end = async (): Promise<ReadingEnd> => {
    const read = await finder.end().catch(() => ({ unread: NOT_READ }))
    weighFound()
    await weighing
    return { unread: read.unread ?? unread, blocks }
  }

  return {
    head: async () => {
      if (finder.head.length === 0) return []
      const found = await weigh(finder.head)
      take(found)
      return found
    },
    begin: (request, held) => {
      record = request
      hold = held
    },
    write: (chunk) => {
      const read = finder.write(chunk)
      if (read === undefined) weighFound()
      else return read.then(weighFound)
    },
    trailers: (headers) => {
      if (headers.length === 0) return
      waiting.push(...requestFinder({ head: { ...head, target: '/', headers }, fields, onFound }).head)
      weighFound()
    },
    weighed: async () => {
      if (ended === null) weighFound()
      await (ended ?? weighing)
      // An answer that came before would let the server's own overtake what is said of it.
      await telling
    },
    end: () => {
      ended ??= end()
      return ended
    },
    tell: (action) => [...alertsOf(action), ...fieldsOf(action)],
    get suspect() {
      return suspect
    },
    get blocks() {
      return blocks
    },
    get findings() {
      return findings
    },
  }
}
