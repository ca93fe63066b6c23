import { spawn } from 'node:child_process'
import { execute } from '../../fixtures/internet/execute.ts'
import { startInternet } from '../../fixtures/internet/internet.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { a } from '../../fixtures/internet/records.ts'
import { LineProcess } from './line-process.ts'

/** Two names at two addresses, so that an opening that names nobody is known by its address. */
export const TLS_HOST = 'bench.test'
export const OPAQUE_HOST = 'opaque.bench.test'
export const ADDRESS = '203.0.113.90'
const OPAQUE_ADDRESS = '203.0.113.91'
export const BASE_PORT = 9001
/** One port for each service of path.h. */
export const PORTS = [BASE_PORT, BASE_PORT + 1, BASE_PORT + 2] as const

export interface FarEnd {
  readonly internet: Internet
  /** Bytes that it took since it was last asked, and seconds from the first to the last of them. */
  taken(): Promise<{ readonly bytes: number; readonly seconds: number }>
}

/** The small internet, with a far server that is no part of its Node world and so not the bottleneck. */
export async function startFarEnd(program: string): Promise<FarEnd> {
  const zones = { [TLS_HOST]: [a(ADDRESS)], [OPAQUE_HOST]: [a(OPAQUE_ADDRESS)] }
  const internet = await startInternet({ zones })
  try {
    const { world } = internet.namespaces
    const past = `insert rule inet world capture ip daddr { ${ADDRESS}, ${OPAQUE_ADDRESS} } accept`
    await execute(['ip', 'netns', 'exec', world, 'nft', past])
    const server = new LineProcess(
      spawn('ip', ['netns', 'exec', world, program, String(BASE_PORT)], { stdio: 'pipe' }),
    )
    // Its first answer says that it listens.
    await server.ask('')
    return { internet, taken: () => server.ask<'bytes' | 'seconds'>('') }
  } catch (error) {
    await internet.close()
    throw error
  }
}
