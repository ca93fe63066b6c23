import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Rounds, turned } from '../rounds.ts'
import { clientEnvironment, hasExtraCertificates } from './client-environment.ts'
import { type Contender, contenders } from './contenders.ts'
import { firstAnswer } from './first-answer.ts'
import { installPeers, SERVER } from './peers.ts'
import { wrapperMemory } from './wrapper-memory.ts'

/** The first start installs; the second is as long as a short session, in which contenders keep what helps the next. */
const WARM_UP_MS = [0, 6000]
/** After the first answer, until all have taken the memory that they keep. */
const SETTLE_MS = 300

export type LaunchFigure = 'ms' | 'memory'

export interface LaunchResult {
  readonly contenders: readonly Contender[]
  readonly missing: readonly string[]
  readonly environments: readonly LaunchEnvironment[]
}

/** One environment of the client's, and what each contender reached in it. */
export interface LaunchEnvironment {
  readonly label: string
  readonly rounds: Rounds<LaunchFigure>
}

/** Spawn to first answer of one server, by each way to start it. The first two starts of each are warm-up. */
export async function measureLaunch(options: {
  readonly mcpRun: string
  readonly rounds: number
}): Promise<LaunchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-run-bench-'))
  try {
    const cache = join(folder, 'npm-cache')
    const peers = await installPeers(folder, cache)
    const { here, missing } = contenders({ folder, cache, peers, mcpRun: options.mcpRun })
    const environments = clientEnvironments()
    const warmUp = environments[0]
    const started: Contender[] = []
    const failed: string[] = []
    for (const contender of here) {
      try {
        for (const lasting of WARM_UP_MS) {
          const answered = await firstAnswer(contender, warmUp?.env ?? {})
          await pause(lasting)
          await answered.end()
        }
        started.push(contender)
      } catch (error) {
        failed.push(`${contender.label}: ${error instanceof Error ? error.message : error}`)
      }
    }
    for (let round = 0; round < options.rounds; round++) {
      for (const { env, rounds } of turned(environments, round)) {
        for (const contender of turned(started, round)) await measureOne(contender, env, rounds)
      }
    }
    return { contenders: started, missing: [...missing, ...failed], environments }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function clientEnvironments() {
  const one = (label: string, certificates: boolean) => ({
    label,
    env: clientEnvironment({ certificates }),
    rounds: new Rounds<LaunchFigure>(),
  })
  const without = one('without NODE_EXTRA_CA_CERTS', false)
  return hasExtraCertificates() ? [one('with NODE_EXTRA_CA_CERTS', true), without] : [without]
}

async function measureOne(
  contender: Contender,
  env: Readonly<Record<string, string>>,
  rounds: Rounds<LaunchFigure>,
): Promise<void> {
  const answered = await firstAnswer(contender, env)
  try {
    rounds.add(contender.name, 'ms', answered.ms)
    await pause(SETTLE_MS)
    const memory = wrapperMemory(answered.pid, SERVER.name.split('/')[1] ?? SERVER.name)
    if (memory !== null) rounds.add(contender.name, 'memory', memory)
  } finally {
    await answered.end()
  }
}
