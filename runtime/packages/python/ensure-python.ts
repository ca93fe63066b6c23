import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../../model/errors.ts'
import type { PythonRuntime } from '../../model/python-runtime.ts'
import { readBinStart } from '../bin-start.ts'
import type { InstalledPackage } from '../ensure-package.ts'
import { factsText } from '../facts-text.ts'
import { withInstallLock } from '../install-lock.ts'
import type { InstallRun } from '../install-run.ts'
import { resemblanceText } from '../judge-names.ts'
import type { Environment } from '../npm-client.ts'
import type { Pin } from '../pin.ts'
import { indexFile, indexKeyOf, listPins, readIndex, writeIndex } from '../pin-index.ts'
import { keptLock, publish, refuseReplaced } from '../publish.ts'
import type { Owner } from '../stage.ts'
import { storeFailure } from '../store-failure.ts'
import { withScripts } from '../tree.ts'
import { checkTree, type TreeState } from '../tree-record.ts'
import type { Trust } from '../trust.ts'
import type { PythonTool } from './index-config.ts'
import { factsOf, judgePythonNames, judgeUploads } from './judge-python.ts'
import { choosePythonBin } from './python-bin.ts'
import { type Distribution, requirementsText } from './report.ts'
import { normalName, PYTHON_PREFIX, type PythonRequest, requestText } from './requirement.ts'
import { notUsable, type StagedPython, withStagedPython } from './stage-python.ts'

export interface EnsurePythonOptions {
  readonly request: PythonRequest
  readonly tool: PythonTool
  /** The store's folder; packages are kept in `packages/` of it. */
  readonly store: string
  readonly install: InstallRun
  /** client.py: a file of mcp-run's own. */
  readonly client: string
  readonly runtime: PythonRuntime
  /** Of it, `allowScripts` are packages that may be built from source, which runs their code. */
  readonly trust: Trust
  /** One line for a person. */
  readonly say: (text: string) => void
  /** What is there was found damaged: have it again, package for package. */
  readonly repair?: boolean
  readonly env?: Environment
  readonly owner?: Owner
  readonly now?: () => number
}

/**
 * The package as pinned, installed now if it is not yet. When it is: a few reads of the file system, and no index.
 * Throws `usage` for a command that is not there, `install-failed` for the rest.
 */
export async function ensurePython(given: EnsurePythonOptions): Promise<InstalledPackage> {
  const packages = join(given.store, 'packages')
  const file = indexFile(packages, indexKeyOf(requestText(given.request), given.runtime))
  const options = { ...given, packages, file }
  const kept = readIndex(file)
  const found = kept === null || given.repair === true ? null : locate(kept, options)
  if (found !== null && kept !== null) {
    const text = resemblanceText(kept)
    if (text !== null) options.say(text)
    return { ...found, news: null, check: checkTree(packages, kept) }
  }
  const fresh = await installOnce(options, kept).catch((error: unknown) => {
    throw storeFailure(requestText(given.request), given.store, error)
  })
  const installed = locate(fresh, options)
  if (installed === null) throw notUsable(given.request, 'it vanished from the store')
  return { ...installed, news: null, check: { own: installedNow, all: installedNow } }
}

async function installedNow(): Promise<TreeState> {
  return { state: 'whole' }
}

type Ready = EnsurePythonOptions & { readonly packages: string; readonly file: string }

/** null: the command is not there, so that the tree has been damaged or removed. */
function locate(pin: Pin, { packages, request }: Ready): Omit<InstalledPackage, 'check' | 'news'> | null {
  const { name, version, integrity, tree } = pin
  const chosen = pin.bins[choosePythonBin(request.package.name, Object.keys(pin.bins), request.bin)]
  const directory = join(packages, tree)
  const bin = join(directory, 'venv/bin', chosen?.path ?? '')
  if (chosen === undefined || statSync(bin, { throwIfNoEntry: false })?.isFile() !== true) return null
  const interpreter = join(directory, 'venv/bin/python')
  const command = chosen.start.kind === 'python' ? [interpreter, bin] : [bin]
  return { pin, name, version, integrity, directory, bin, command }
}

/** Of several starts at once, one installs. `again`: what was installed before, to be had again. */
function installOnce(options: Ready, again: Pin | null): Promise<Pin> {
  const { packages, file, request, runtime, say } = options
  const name = requestText(request)
  const before = again?.installedAt
  const waiting = (pid: number) =>
    say(`another mcp-run (process ${pid}) is installing ${name}: waiting for it`)
  return withInstallLock(join(packages, 'lock', indexKeyOf(name, runtime)), waiting, async () => {
    const other = readIndex(file)
    if (other !== null && other.installedAt !== before) return other
    const resembles = judgePythonNames({ ...options, again })
    say(
      again === null
        ? `installing ${name}, once: later starts use what is installed now`
        : `installing ${again.name}@${again.version} again, as it was`,
    )
    const pin = { ...(await install(options, again)), resembles }
    writeIndex(file, pin)
    return pin
  })
}

function install(options: Ready, again: Pin | null): Promise<Pin> {
  const { packages, runtime, env = process.env, owner, say, now = Date.now } = options
  const lock = again === null ? null : keptDistributions(packages, again.tree)
  const built = again?.ranScripts.map((id) => id.slice(0, id.lastIndexOf('@'))) ?? []
  const allowScripts = [...new Set([...options.trust.allowScripts.map(normalName), ...built])]
  const exactly = lock === null ? null : requirementsText(lock)
  return withStagedPython({ ...options, env, owner, allowScripts, exactly }, async (staged) => {
    const pin = pinOf(options, staged)
    refuseReplaced(packages, staged.tree)
    const { uploads } = staged
    judgeUploads({ ...options, again }, staged.tree, { uploads, registry: staged.access.shown, now: now() })
    if (again !== null && withScripts(staged.tree, pin.ranScripts).digest !== again.tree) throw other(again)
    say(
      `${pin.name}@${pin.version}: ${staged.tree.distributions.length} packages from ${pin.registry}; ${factsText(pin)}`,
    )
    if (pin.ranScripts.length > 0) say(`built from source, in the sandbox: ${pin.ranScripts.join(', ')}`)
    const seen = listPins(packages, pin.name).filter((one) => one.pin.version === pin.version)
    const firstSeen = [pin.firstSeen, ...seen.map((one) => one.pin.firstSeen)].sort()[0] ?? pin.firstSeen
    const python = { interpreter: runtime.python, lock: JSON.stringify(staged.tree.distributions) }
    return publish(packages, { ...staged, pin: { ...pin, firstSeen } }, python)
  })
}

function pinOf(
  { request, runtime, now = Date.now }: Ready,
  { stage, tree, access, answer, uploads }: StagedPython,
): Omit<Pin, 'files'> {
  const root = tree.distributions.find(({ name }) => name === request.package.name)
  if (root === undefined || root.version !== answer.version) throw notUsable(request, 'pip left it out')
  const at = new Date(now()).toISOString()
  return {
    format: 2,
    spec: requestText(request),
    name: `${PYTHON_PREFIX}${root.name}`,
    version: root.version,
    integrity: `sha256-${Buffer.from(root.sha256, 'hex').toString('base64')}`,
    tree: tree.digest,
    bins: binsOf(join(stage.tree, 'venv/bin'), answer.bins),
    scripts: [],
    ranScripts: tree.distributions
      .filter(({ file }) => !file.endsWith('.whl'))
      .map(idOf)
      .sort(),
    engine: { key: runtime.key, wants: null },
    firstSeen: at,
    installedAt: at,
    resembles: null,
    replaces: null,
    ...factsOf(root, { uploads, registry: access.shown, others: tree.distributions.length - 1 }),
  }
}

function other({ name, version, spec }: Pin): McpRunError {
  return new McpRunError(
    'install-failed',
    `${name}@${version} cannot be had again as it was: what the index has for it, or for what it depends on, is not what was installed`,
    { hint: `mcp-run unpin '${spec}', and the next start takes what there is today` },
  )
}

/** Those of the commands that the sandbox names which are files there. */
function binsOf(folder: string, names: unknown): Pin['bins'] {
  const there = new Set(
    readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isFile() ? one.name : [])),
  )
  const named = Array.isArray(names) ? names.slice(0, 1000).filter((name) => there.has(name)) : []
  return Object.fromEntries(
    named.map((path: string) => {
      const { kind } = readBinStart(join(folder, path))
      return [path, { path, start: { kind: kind === 'python' ? 'python' : 'program' } }] as const
    }),
  )
}

function idOf({ name, version }: Distribution): string {
  return `${name}@${version}`
}

function keptDistributions(packages: string, tree: string): readonly Distribution[] | null {
  try {
    const kept: unknown = JSON.parse(keptLock(packages, tree) ?? '')
    return Array.isArray(kept) ? kept : null
  } catch {
    return null
  }
}
