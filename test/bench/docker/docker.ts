import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { BASE_IMAGE } from '../../fixtures/engine/base-image.ts'
import { type Engine, startEngine } from '../../fixtures/engine/engine.ts'
import { startInternet } from '../../fixtures/internet/internet.ts'
import { clientEnvironment } from '../launch/client-environment.ts'
import { firstAnswer } from '../launch/first-answer.ts'
import { SERVER } from '../launch/peers.ts'
import { wrapperMemory } from '../launch/wrapper-memory.ts'
import { Rounds, turned } from '../rounds.ts'
import { bareContenders, type Contender, ownContenders } from './contenders.ts'
import { serverFiles } from './server-files.ts'

/** Its data is not the tests': a bench and a test run do not wait for each other. */
const DATA = 'bench-engine'
/** After the first answer, until all have taken the memory that they keep. */
const SETTLE_MS = 300

export type DockerFigure = 'ms' | 'memory'

export interface DockerResult {
  readonly contenders: readonly Contender[]
  readonly missing: readonly string[]
  readonly rounds: Rounds<DockerFigure>
  readonly engineVersion: string
}

/** Spawn to first answer of one server in containers, on an engine of the bench's own. */
export async function measureDocker(options: {
  readonly mcpRun: string
  readonly rounds: number
}): Promise<DockerResult> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-run-bench-'))
  const internet = await startInternet()
  try {
    const engine = await startEngine(internet, DATA)
    try {
      return await measureOn(engine, folder, options)
    } finally {
      await engine.stop()
    }
  } finally {
    await internet.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measureOn(
  engine: Engine,
  folder: string,
  { mcpRun, rounds: count }: { readonly mcpRun: string; readonly rounds: number },
): Promise<DockerResult> {
  const folders = {
    ...{ work: join(folder, 'work'), store: join(folder, 'store'), nativeStore: join(folder, 'native') },
  }
  mkdirSync(folders.work)
  const env = {
    ...clientEnvironment({ certificates: false }),
    DOCKER_HOST: `unix://${engine.socket}`,
    MCP_RUN_BASE_IMAGE: BASE_IMAGE,
  }
  const own = ownContenders(mcpRun, folders)
  // Its first start builds the images and installs the package, which all have from it.
  const warmUp = await firstAnswer(own[0] as Contender, env)
  const files = await serverFiles(engine).finally(warmUp.end)
  const { here, missing } = bareContenders(files, folders)
  const contenders = [...here, ...own]
  for (const contender of contenders.slice(0, -own.length).concat(own.slice(1)))
    await (await firstAnswer(contender, env)).end()
  const rounds = new Rounds<DockerFigure>()
  for (let round = 0; round < count; round++) {
    for (const contender of turned(contenders, round)) await measureOne(contender, env, rounds)
  }
  const { Version } = await engine.ask<{ Version: string }>('/version')
  return { contenders, missing, rounds, engineVersion: Version }

  async function measureOne(
    contender: Contender,
    env: Readonly<Record<string, string>>,
    rounds: Rounds<DockerFigure>,
  ): Promise<void> {
    const answered = await firstAnswer(contender, env)
    try {
      rounds.add(contender.name, 'ms', answered.ms)
      await pause(SETTLE_MS)
      const containers = (await engine.containers()).map(({ Id }) => Id)
      const memory = wrapperMemory(answered.pid, SERVER.name.split('/')[1] ?? SERVER.name, containers)
      if (memory !== null) rounds.add(contender.name, 'memory', memory)
    } finally {
      await answered.end()
    }
  }
}
