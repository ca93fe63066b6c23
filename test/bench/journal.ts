import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import type { FlowRecord } from '../../runtime/model/flow.ts'
import type { Journal, JournalEntry } from '../../runtime/model/journal.ts'
import type { SessionRecord } from '../../runtime/model/session.ts'
import { openJournal } from '../../runtime/store/open-journal.ts'
import { processIdentity } from '../../runtime/store/process-alive.ts'

export interface JournalFigures {
  /** Writes waiting at once; each opens or closes one flow: one row and its rollup. */
  readonly inFlight: number
  readonly writesPerSecond: number
  /** Milliseconds from write() to the commit's promise. */
  readonly p50: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** Writes flows to a journal in a fresh folder, with 1 and with 64 in flight, for `seconds` each. */
export async function benchJournal(options: {
  readonly workerPath: string
  readonly seconds?: number
  readonly sync?: 'normal' | 'full'
}): Promise<readonly JournalFigures[]> {
  const store = mkdtempSync(join(tmpdir(), 'mcp-run-bench-'))
  const { workerPath, sync = 'normal', seconds = 5 } = options
  const journal = await openJournal({ store, server: 'bench', workerPath, sync })
  try {
    await journal.write({ kind: 'session-opened', session })
    // The thread starts, statements are prepared, code is compiled: not what is measured.
    await measure(journal, 1, 0.5)
    return [await measure(journal, 1, seconds), await measure(journal, 64, seconds)]
  } finally {
    await journal.close()
    rmSync(store, { recursive: true })
  }
}

export function formatJournalFigures(figures: readonly JournalFigures[]): string {
  const lines = figures.map(
    ({ inFlight, writesPerSecond, p50, p99, p999, max }) =>
      `journal, ${inFlight} in flight: ${Math.round(writesPerSecond)} writes/s, commit p50 ${p50.toFixed(3)} ms, ` +
      `p99 ${p99.toFixed(3)} ms, p99.9 ${p999.toFixed(3)} ms, max ${max.toFixed(1)} ms`,
  )
  return lines.join('\n')
}

let made = 0

const closing = {
  state: 'closed',
  cause: 'server closed',
  counts: { bytesSent: 512, bytesReceived: 2048 },
  dialled: null,
} as const

async function measure(journal: Journal, inFlight: number, seconds: number): Promise<JournalFigures> {
  const times: number[] = []
  const began = performance.now()
  const end = began + seconds * 1000
  const timed = async (entry: JournalEntry) => {
    const start = performance.now()
    await journal.write(entry)
    times.push(performance.now() - start)
  }
  const writeUntilEnd = async () => {
    while (performance.now() < end) {
      const opened = flow(made++)
      await timed({ kind: 'flow-opened', flow: opened })
      await timed({ kind: 'flow-closed', flow: opened.id, at: Date.now(), ...closing })
    }
  }
  await Promise.all(Array.from({ length: inFlight }, writeUntilEnd))
  const elapsed = (performance.now() - began) / 1000
  times.sort((a, b) => a - b)
  const at = (quantile: number) => times[Math.floor(quantile * (times.length - 1))] ?? 0
  const figures = { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) }
  return { inFlight, writesPerSecond: times.length / elapsed, ...figures }
}

const session: SessionRecord = {
  id: 'bench-session',
  server: 'bench',
  phase: 'run',
  startedAt: Date.now(),
  mode: 'enforce',
  sandbox: 'native',
  profileDigest: `sha256:${'0'.repeat(64)}`,
  notEnforced: [],
  package: null,
  packageIntegrity: null,
  ...processIdentity(),
}

function flow(n: number): FlowRecord {
  const host = `host-${n % 20}.example.com`
  return {
    id: `bench-session.${n}`,
    session: 'bench-session',
    phase: 'run',
    startedAt: Date.now(),
    address: `203.0.113.${n % 20}`,
    port: 443,
    transport: 'tcp',
    name: host,
    nameSource: 'tls_sni',
    protocol: 'tls',
    sni: host,
    alpn: ['h2', 'http/1.1'],
    ech: false,
    httpHost: null,
    chain: [],
    attribution: null,
    inspection: 'uninspected',
    declaration: 'declared',
    action: 'allowed',
    reason: 'declared',
  }
}
