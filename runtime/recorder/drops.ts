import type { DropRecord, JournalEntry } from '../model/journal.ts'
import { alertForDrop } from '../policy/alerts.ts'
import { judgeDrop } from '../policy/judge-drop.ts'
import { type DropCount, type DropSource, dropCounts, droppedPackets } from '../tap/drop-counters.ts'
import { answeredNames } from './answered-names.ts'
import type { RecorderContext } from './context.ts'
import type { NameBook } from './name-book.ts'
import type { Sinkhole } from './sinkhole.ts'

const LOOK_EVERY_MS = 250
/** Reading all counts takes time in a flood: at most this part of it. */
const READING_SHARE = 0.05
const ENTRIES_AT_ONCE = 1000

export interface DropWatch {
  /** Reads the last counts, and resolves when they are recorded. */
  close(): Promise<void>
}

/**
 * Records what the kernel dropped: UDP, ICMP and all that is not TCP. The kernel counts by destination, and
 * these are its counts; what it could not tell apart is a gap with its number.
 */
export function watchDrops(
  source: DropSource,
  parts: { context: RecorderContext; names: NameBook; sinkhole: Sinkhole },
): DropWatch {
  const { context } = parts
  const known = new Map<string, number>()
  let recorded = 0
  let seen = 0
  let quietUntil = 0
  let reading: Promise<void> = Promise.resolve()

  const read = async (): Promise<void> => {
    const total = await droppedPackets(source)
    if (total === seen) return
    seen = total
    const begun = performance.now()
    let busy = 0
    let found = 0
    for await (const batch of dropCounts(source)) {
      const sliceBegun = performance.now()
      const entries = batch.flatMap((count) => entriesFor(parts, known, count))
      found += entries.reduce((sum, entry) => sum + (entry.kind === 'drop' ? entry.drop.packets : 0), 0)
      busy += performance.now() - sliceBegun
      for (let at = 0; at < entries.length; at += ENTRIES_AT_ONCE) {
        await context.record(...entries.slice(at, at + ENTRIES_AT_ONCE))
      }
    }
    recorded += found
    quietUntil = begun + busy / READING_SHARE
  }
  const look = (): Promise<void> => {
    reading = reading.then(read).catch(() => undefined)
    return reading
  }
  const timer = setInterval(() => {
    if (performance.now() >= quietUntil) void look()
  }, LOOK_EVERY_MS)
  timer.unref()

  return {
    close: async () => {
      clearInterval(timer)
      await look()
      const missing = (await droppedPackets(source)) - recorded
      if (missing <= 0) return
      const gap = {
        session: context.session,
        at: context.clock(),
        kind: 'drop-detail',
        count: missing,
      } as const
      await context.record({ kind: 'gap', gap })
    },
  }
}

function entriesFor(
  parts: Parameters<typeof watchDrops>[1],
  known: Map<string, number>,
  count: DropCount,
): JournalEntry[] {
  const { context } = parts
  const key = `${count.transport} ${count.address} ${count.port}`
  const packets = count.packets - (known.get(key) ?? 0)
  if (packets <= 0) return []
  known.set(key, count.packets)
  const drop = dropRecord(parts, count, packets)
  const alert = alertForDrop(context.server, drop)
  return [{ kind: 'drop', drop }, ...(alert === null ? [] : [{ kind: 'alert', alert } as const])]
}

function dropRecord(
  parts: Parameters<typeof watchDrops>[1],
  { address, port, transport, bytes, packets: total }: DropCount,
  packets: number,
): DropRecord {
  const { context } = parts
  const answered = answeredNames(parts, address)
  return {
    session: context.session,
    phase: context.phase,
    at: context.clock(),
    address,
    port,
    transport,
    ...judgeDrop(context.rules, { address, port, transport, answered }),
    packets,
    bytes: Math.round((bytes * packets) / total),
  }
}
