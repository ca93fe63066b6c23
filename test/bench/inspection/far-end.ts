import { dirname } from 'node:path'
import type { Internet } from '../../fixtures/internet/model.ts'
import { a } from '../../fixtures/internet/records.ts'
import { stateFiles } from '../../fixtures/internet/state-folder.ts'
import { startFarProcess } from '../far-process.ts'

export const HOST = 'bench.test'
export const PORT = 443
const ADDRESS = '203.0.113.90'

/** A mail API at one name, and at any below it. */
export async function startFarEnd(program: string): Promise<Internet> {
  const { internet } = await startFarProcess({
    zones: { [HOST]: [a(ADDRESS)], [`*.${HOST}`]: [a(ADDRESS)] },
    addresses: [ADDRESS],
    argv: ({ caFile }) => {
      const { leaf, leafKey } = stateFiles(dirname(caFile))
      return [process.execPath, program, `${PORT}`, leaf, leafKey]
    },
  })
  return internet
}
