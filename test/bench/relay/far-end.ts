import type { Internet } from '../../fixtures/internet/model.ts'
import { a } from '../../fixtures/internet/records.ts'
import { startFarProcess } from '../far-process.ts'

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

export async function startFarEnd(program: string): Promise<FarEnd> {
  const { internet, server } = await startFarProcess({
    zones: { [TLS_HOST]: [a(ADDRESS)], [OPAQUE_HOST]: [a(OPAQUE_ADDRESS)] },
    addresses: [ADDRESS, OPAQUE_ADDRESS],
    argv: () => [program, String(BASE_PORT)],
  })
  return { internet, taken: () => server.ask<'bytes' | 'seconds'>('') }
}
