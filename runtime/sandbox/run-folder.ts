import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import { isAlive, processToken } from '../model/process-identity.ts'

/** A folder of the store's that ends with what runs. Nobody but its owner gets into it. Throws `store-failed`. */
export function createRunFolder(store: string): string {
  return inStore(store, () => {
    const folder = join(runFolders(store), processToken())
    mkdirSync(folder, { mode: 0o700 })
    return folder
  })
}

/** Does what makes files of a sandbox's in the store. Throws `store-failed` where it cannot. */
export function inStore<T>(store: string, make: () => T): T {
  try {
    return make()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new McpRunError('store-failed', `The sandbox's folder in ${store} cannot be made (${code}).`, {
      hint: `See who owns ${store} and whether it can be written, or choose another folder with --store.`,
      cause,
    })
  }
}

/** Removes what a killed mcp-run left of its folders. */
export function sweepRunFolders(store: string): void {
  const folders = runFolders(store)
  for (const name of readdirSync(folders)) {
    if (!isAlive(name)) rmSync(join(folders, name), { recursive: true, force: true })
  }
}

function runFolders(store: string): string {
  const folders = join(store, 'run')
  mkdirSync(folders, { recursive: true, mode: 0o700 })
  return folders
}
