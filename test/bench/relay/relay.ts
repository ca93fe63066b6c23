import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuSeconds } from '../cpu-time.ts'
import { Rounds, turned } from '../rounds.ts'
import { type RelayContender, startContenders } from './contenders.ts'
import { type FarEnd, startFarEnd } from './far-end.ts'
import { compilePrograms } from './native-programs.ts'

const CONNECTIONS_SECONDS = 1
const CONNECTIONS_AT_ONCE = 16
const LATENCY_CONNECTIONS = 1000
const STREAM_SECONDS = 0.8
/** V8 goes on compiling what it runs for some thousand connections. */
const WARM_UP_CONNECTIONS_SECONDS = 2
const WARM_UP_STREAM_SECONDS = 0.3

/** Throughput's four: the direction as the near end sees it, and how many connections carry it. */
export const STREAMS = [
  { figure: 'down1', command: 'download', streams: 1 },
  { figure: 'up1', command: 'upload', streams: 1 },
  { figure: 'down50', command: 'download', streams: 50 },
  { figure: 'up50', command: 'upload', streams: 50 },
] as const

/** Connections a second, milliseconds, GiB a second, CPU seconds a GiB. */
export type RelayFigure =
  | 'connections'
  | 'cpuMsPerConnection'
  | 'p50'
  | 'p99'
  | (typeof STREAMS)[number]['figure']
  | 'cpuPerGib'

export interface RelayResult {
  readonly contenders: readonly RelayContender[]
  readonly missing: readonly string[]
  readonly rounds: Rounds<RelayFigure>
}

/** One load over each way to one far server. Needs root, and gcc. */
export async function measureRelay(options: {
  readonly dist: string
  readonly rounds: number
}): Promise<RelayResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-run-bench-'))
  chmodSync(folder, 0o755)
  try {
    const programs = await compilePrograms(folder)
    const far = await startFarEnd(programs.farServer)
    try {
      const { dist } = options
      const contenders = await startContenders({ far, folder, dist, generator: programs.generator })
      try {
        return {
          ...contenders,
          contenders: contenders.here,
          rounds: await measureAll(contenders.here, far, options.rounds),
        }
      } finally {
        await contenders.end()
      }
    } finally {
      await far.internet.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureAll(
  contenders: readonly RelayContender[],
  far: FarEnd,
  count: number,
): Promise<Rounds<RelayFigure>> {
  const rounds = new Rounds<RelayFigure>()
  for (const contender of contenders) await warmUp(contender)
  await far.taken()
  for (let round = 0; round < count; round++) await measureRound(contenders, far, rounds, round)
  return rounds
}

/** Code is compiled, names are resolved, buffers are there: not what is measured. */
async function warmUp({ generator }: RelayContender): Promise<void> {
  await generator.ask(`connections ${WARM_UP_CONNECTIONS_SECONDS} ${CONNECTIONS_AT_ONCE}`)
  for (const { command, streams } of STREAMS)
    await generator.ask(`${command} ${WARM_UP_STREAM_SECONDS} ${streams}`)
}

async function measureRound(
  contenders: readonly RelayContender[],
  far: FarEnd,
  rounds: Rounds<RelayFigure>,
  round: number,
): Promise<void> {
  const inTurn = turned(contenders, round)
  for (const contender of inTurn) await measureConnections(contender, rounds)
  for (const { name, generator } of inTurn) {
    const { p50, p99, failed } = await generator.ask<'p50' | 'p99' | 'failed'>(
      `latency ${LATENCY_CONNECTIONS} 0`,
    )
    none(failed, name, 'latency')
    rounds.add(name, 'p50', p50)
    rounds.add(name, 'p99', p99)
  }
  const used = new Map<string, { cpu: number; gib: number }>()
  for (const one of STREAMS) {
    for (const contender of inTurn) {
      const { gib, seconds, cpu } = await measureStreams(contender, far, one)
      rounds.add(contender.name, one.figure, gib / seconds)
      const sum = used.get(contender.name) ?? { cpu: 0, gib: 0 }
      used.set(contender.name, { cpu: sum.cpu + cpu, gib: sum.gib + gib })
    }
  }
  for (const [name, { cpu, gib }] of used) rounds.add(name, 'cpuPerGib', cpu / gib)
}

async function measureConnections(
  { name, generator, pid }: RelayContender,
  rounds: Rounds<RelayFigure>,
): Promise<void> {
  const before = pid === null ? 0 : cpuSeconds(pid)
  const { connections, seconds, failed } = await generator.ask<'connections' | 'seconds' | 'failed'>(
    `connections ${CONNECTIONS_SECONDS} ${CONNECTIONS_AT_ONCE}`,
  )
  none(failed, name, 'connections')
  rounds.add(name, 'connections', connections / seconds)
  if (pid !== null) rounds.add(name, 'cpuMsPerConnection', ((cpuSeconds(pid) - before) * 1000) / connections)
}

/** What the receiving end counted: the generator's own bytes, or the far server's. */
async function measureStreams(
  { name, generator, pid }: RelayContender,
  far: FarEnd,
  { command, streams }: (typeof STREAMS)[number],
): Promise<{ readonly gib: number; readonly seconds: number; readonly cpu: number }> {
  const before = pid === null ? 0 : cpuSeconds(pid)
  const near = await generator.ask<'bytes' | 'seconds' | 'failed'>(`${command} ${STREAM_SECONDS} ${streams}`)
  none(near.failed, name, `${command} over ${streams}`)
  const { bytes, seconds } = command === 'upload' ? await far.taken() : near
  return { gib: bytes / 2 ** 30, seconds, cpu: pid === null ? 0 : cpuSeconds(pid) - before }
}

/** A load of which a part failed measured something else. */
function none(failed: number, name: string, what: string): void {
  if (failed > 0) throw new Error(`${name}: ${what}: ${failed} failed`)
}
