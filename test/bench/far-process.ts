import { spawn } from 'node:child_process'
import { execute } from '../fixtures/internet/execute.ts'
import { startInternet } from '../fixtures/internet/internet.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import type { NameRecords } from '../fixtures/internet/records.ts'
import { LineProcess } from './line-process.ts'

export interface FarProcess {
  readonly internet: Internet
  readonly server: LineProcess
}

/** The small internet, with a far server that is no part of its Node world and so not the bottleneck. */
export async function startFarProcess(options: {
  readonly zones: Readonly<Record<string, NameRecords>>
  /** Of the server: its connections reach it, and not the world's own services. */
  readonly addresses: readonly string[]
  /** Listens, and then answers lines. */
  readonly argv: (internet: Internet) => readonly string[]
}): Promise<FarProcess> {
  const internet = await startInternet({ zones: options.zones })
  try {
    const { world } = internet.namespaces
    const past = `insert rule inet world capture ip daddr { ${options.addresses.join(', ')} } accept`
    await execute(['ip', 'netns', 'exec', world, 'nft', past])
    const argv = ['netns', 'exec', world, ...options.argv(internet)]
    const server = new LineProcess(spawn('ip', argv, { stdio: 'pipe' }))
    // Its first answer says that it listens.
    await server.ask('')
    return { internet, server }
  } catch (error) {
    await internet.close()
    throw error
  }
}
