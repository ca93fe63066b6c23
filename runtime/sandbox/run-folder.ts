import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive, processToken } from '../model/process-identity.ts'

/** A folder of the store's that ends with what runs. Nobody but its owner gets into it. */
export function createRunFolder(store: string): string {
  const folder = join(runFolders(store), processToken())
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return folder
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
