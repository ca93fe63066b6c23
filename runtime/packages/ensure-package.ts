import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { NodeRuntime } from '../model/node-runtime.ts'
import { chooseBin } from './bin.ts'
import { binCommand } from './bin-start.ts'
import { hostRuntime } from './host-runtime.ts'
import { type IndexEntry, indexFile, indexKey, readIndex, writeIndex } from './index-entry.ts'
import { withInstallLock } from './install-lock.ts'
import { installPackage } from './install-package.ts'
import type { InstallRun } from './install-run.ts'
import type { Environment } from './npm-client.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import type { Owner } from './stage.ts'
import { storeFailure } from './store-failure.ts'

export interface InstalledPackage {
  readonly name: string
  /** Exact. */
  readonly version: string
  /** Subresource integrity of the package's own tarball. */
  readonly integrity: string
  /** SHA-256, hex, over every package of the installation and its integrity. */
  readonly tree: string
  /** Holds node_modules; read-only. */
  readonly directory: string
  /** Absolute path of the chosen command's script. */
  readonly bin: string
  /** How it is started: program first, absolute paths. */
  readonly command: readonly string[]
  /** `name@version` of packages whose install scripts were not run. */
  readonly scripts: readonly string[]
}

export interface EnsureOptions {
  readonly spec: PackageSpec
  /** A command of the package; null: npx's rule. */
  readonly bin: string | null
  /** The store's folder; packages are kept in `packages/` of it. */
  readonly store: string
  readonly install: InstallRun
  /** The host's node, this process's own: absolute path. It reads npm's settings. */
  readonly node: string
  /** What installs and runs the package. Absent: the host's own. */
  readonly runtime?: NodeRuntime
  /** One line for a person. */
  readonly say: (text: string) => void
  /** Resolve the spec again, though it is installed. */
  readonly refresh?: boolean
  readonly env?: Environment
  readonly cwd?: string
  /** Whom the sandbox runs as, if not this process's user: npm's folders are given to them. */
  readonly owner?: Owner
  readonly now?: () => number
}

/**
 * The package as installed, installed now if it is not yet. When it is: two reads of the file system, no
 * registry, no npm. Throws `usage` for a command that is not there, `install-failed` for the rest.
 */
export async function ensurePackage(given: EnsureOptions): Promise<InstalledPackage> {
  const options = { ...given, runtime: given.runtime ?? hostRuntime(given) }
  const packages = join(options.store, 'packages')
  const file = indexFile(packages, indexKey(options.spec, options.runtime))
  const kept = options.refresh === true ? null : readIndex(file)
  const ready = kept === null ? null : locate(kept, packages, options)
  if (ready !== null) return ready
  const fresh = await installOnce(packages, file, options).catch((error: unknown) => {
    throw storeFailure(options.spec, options.store, error)
  })
  const installed = locate(fresh, packages, options)
  if (installed === null)
    throw storeFailure(options.spec, options.store, new Error('it vanished from the store'))
  return installed
}

type Ready = EnsureOptions & { readonly runtime: NodeRuntime }

/** null: the script is not there, so that the tree has been damaged or removed. */
function locate(entry: IndexEntry, packages: string, options: Ready): InstalledPackage | null {
  const { name, version, integrity, tree, scripts } = entry
  const paths = Object.fromEntries(Object.entries(entry.bins).map(([command, bin]) => [command, bin.path]))
  const chosen = entry.bins[chooseBin(name, paths, options.bin)]
  const directory = join(packages, tree)
  const bin = join(directory, 'node_modules', name, chosen?.path ?? '')
  if (chosen === undefined || statSync(bin, { throwIfNoEntry: false })?.isFile() !== true) return null
  const command = binCommand(chosen.start, options.runtime.node, bin)
  return { name, version, integrity, tree, directory, bin, command, scripts }
}

async function installOnce(packages: string, file: string, options: Ready): Promise<IndexEntry> {
  const name = formatPackageSpec(options.spec)
  const before = readIndex(file)?.installedAt
  const waiting = (pid: number) =>
    options.say(`another mcp-run (process ${pid}) is installing ${name}: waiting for it`)
  return withInstallLock(
    join(packages, 'lock', indexKey(options.spec, options.runtime)),
    waiting,
    async () => {
      const other = readIndex(file)
      if (other !== null && other.installedAt !== before) return other
      options.say(`installing ${name}, once: later starts use what is installed now`)
      const entry = await installPackage({ ...options, packages })
      writeIndex(file, entry)
      if (entry.scripts.length > 0) options.say(`not run: the install scripts of ${entry.scripts.join(', ')}`)
      return entry
    },
  )
}
