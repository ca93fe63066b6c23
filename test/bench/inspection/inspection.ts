import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuSeconds } from '../cpu-time.ts'
import { Rounds, turned } from '../rounds.ts'
import { type InspectionContender, startContenders } from './contenders.ts'
import { startFarEnd } from './far-end.ts'
import { bundlePrograms } from './load-programs.ts'

/** How many requests are under way, each on a connection of its own, and for how many seconds. */
export const LOADS = [
  { inFlight: 1, seconds: 1 },
  { inFlight: 32, seconds: 2 },
] as const
const KNOWN_NAMES = 40
const NEW_NAMES = 20
/**
 * V8 goes on compiling what it runs for some thousand requests, and is several times slower until then: so many, in
 * steps that each have an answer in time on a busy machine.
 */
const WARM_UP = [...Array<string>(10).fill('keep-alive 30 32 500'), 'keep-alive 0.5 1', 'known 20', 'new 5']

type InFlight = (typeof LOADS)[number]['inFlight']
/** Requests a second; milliseconds. */
export type InspectionFigure =
  | `requests${InFlight}`
  | `p50-${InFlight}`
  | `p99-${InFlight}`
  | 'cpuMs'
  | 'known'
  | 'new'

export interface InspectionResult {
  readonly contenders: readonly InspectionContender[]
  readonly missing: readonly string[]
  readonly rounds: Rounds<InspectionFigure>
}

/** The same POSTs over each way to one far server. Needs root. */
export async function measureInspection(options: {
  readonly dist: string
  readonly rounds: number
  /** Where mockttp is installed. */
  readonly mockttp: string | null
}): Promise<InspectionResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-run-bench-'))
  chmodSync(folder, 0o755)
  try {
    const programs = await bundlePrograms(folder)
    const internet = await startFarEnd(programs.farServer)
    try {
      const contenders = await startContenders({
        ...options,
        ...{ internet, folder, generator: programs.generator },
      })
      try {
        const rounds = new Rounds<InspectionFigure>()
        for (const { generator, name } of contenders.here)
          for (const command of WARM_UP) await load(generator, name, command)
        for (let round = 0; round < options.rounds; round++)
          await measureRound(turned(contenders.here, round), rounds)
        const alerts = await contenders.alerts()
        if (alerts.length > 0)
          throw new Error(`mcp-run found what is not there: ${JSON.stringify(alerts[0])}`)
        return { contenders: contenders.here, missing: contenders.missing, rounds }
      } finally {
        await contenders.end()
      }
    } finally {
      await internet.close()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureRound(
  contenders: readonly InspectionContender[],
  rounds: Rounds<InspectionFigure>,
): Promise<void> {
  for (const { inFlight, seconds } of LOADS) {
    for (const { name, generator, pid } of contenders) {
      const before = pid === null ? 0 : cpuSeconds(pid)
      const took = await load(generator, name, `keep-alive ${seconds} ${inFlight}`)
      const cpu = pid === null ? 0 : cpuSeconds(pid) - before
      rounds.add(name, `requests${inFlight}`, took.requests / took.seconds)
      rounds.add(name, `p50-${inFlight}`, took.p50)
      rounds.add(name, `p99-${inFlight}`, took.p99)
      if (inFlight > 1 && pid !== null) rounds.add(name, 'cpuMs', (cpu * 1000) / took.requests)
    }
  }
  for (const { name, generator } of contenders) {
    rounds.add(name, 'known', (await load(generator, name, `known ${KNOWN_NAMES}`)).p50)
    rounds.add(name, 'new', (await load(generator, name, `new ${NEW_NAMES}`)).p50)
  }
}

/** A load of which a part failed measured something else. */
async function load(generator: InspectionContender['generator'], name: string, command: string) {
  const took = await generator.ask<'requests' | 'seconds' | 'p50' | 'p99' | 'failed'>(command)
  if (took.failed > 0) throw new Error(`${name}: ${command}: ${took.failed} failed: ${generator.errors}`)
  return took
}
