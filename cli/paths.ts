import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where this installation's own files are, whether run from dist/ or from its sources. */
export interface OwnPaths {
  readonly root: string
  readonly tap: string
  readonly recorder: string
  readonly dockerfiles: string
  /** What of koffi Linux needs, by processor. */
  readonly koffiBinaries: string
  readonly storeWorker: string
  /** What installs packages, in the sandbox. */
  readonly packageClient: string
  /** The same for Python packages. */
  readonly pythonClient: string
  /** What every sandbox has first in its PATH. */
  readonly programs: string
  readonly profiles: string
  /** The built-in profiles as the build parsed them. */
  readonly compiledProfiles: string
}

export function ownPaths(): OwnPaths {
  const root = packageRoot(dirname(fileURLToPath(import.meta.url)))
  return {
    root,
    tap: join(root, 'dist', 'tap.cjs'),
    recorder: join(root, 'dist', 'recorder.cjs'),
    dockerfiles: join(root, 'docker'),
    koffiBinaries: join(root, 'dist', 'koffi-binaries.json'),
    storeWorker: join(root, 'dist', 'store-worker.cjs'),
    packageClient: join(root, 'dist', 'package-client.cjs'),
    pythonClient: join(root, 'dist', 'python-client.py'),
    programs: join(root, 'dist', 'programs'),
    profiles: join(root, 'profiles'),
    compiledProfiles: join(root, 'dist', 'profiles.json'),
  }
}

export function ownVersion(): string {
  return JSON.parse(readFileSync(join(ownPaths().root, 'package.json'), 'utf8')).version
}

function packageRoot(from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
  }
  throw new Error(`no package.json above ${from}`)
}
