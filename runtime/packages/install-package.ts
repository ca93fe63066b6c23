import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { factsText } from './facts-text.ts'
import { allowedScripts, runInstallScripts } from './install-scripts.ts'
import { judgeVersion } from './judge.ts'
import { acceptsNode } from './node-range.ts'
import type { Pin } from './pin.ts'
import { listPins } from './pin-index.ts'
import { publish, refuseReplaced } from './publish.ts'
import { type Staged, type StageOptions, withStaged } from './staged.ts'
import { type Tree, withScripts } from './tree.ts'
import type { Trust } from './trust.ts'

export interface InstallOptions extends StageOptions {
  readonly trust: Trust
  /** One line for a person. */
  readonly say: (text: string) => void
  /** The pin that is to be had again, package for package; null: what the spec means today is wanted. */
  readonly again: Pin | null
}

/**
 * Installs a package in a stage, judges who stands behind it, runs the scripts that are allowed, and takes it into the
 * store. Nothing is left of one that failed. Throws `install-failed`, or `usage` where a person is to decide.
 */
export function installPackage(options: InstallOptions): Promise<Pin> {
  const { packages, spec, runtime, trust, say, again } = options
  return withStaged(options, async (staged) => {
    const { pin, tree, answer } = staged
    refuseEngine(staged, runtime.version)
    refuseReplaced(packages, tree)
    const last = again ?? listPins(packages, spec.name).at(-1)?.pin ?? null
    const remarks = judgeVersion(pin, answer, { last, trust, now: (options.now ?? Date.now)() })
    say(`${pin.name}@${pin.version}: ${factsText(pin)}`)
    remarks.forEach(say)
    if (again !== null) refuseOther(again, tree)
    return takeIn(staged, options)
  })
}

/** Runs the scripts that are allowed, and takes what was judged and accepted into the store. Throws `install-failed`. */
export async function takeIn(
  staged: Staged,
  { packages, runtime, owner, trust, say, install }: InstallOptions,
): Promise<Pin> {
  const { pin, stage, access } = staged
  const ranScripts = allowedScripts(pin.scripts, trust.allowScripts)
  await runInstallScripts(ranScripts, { stage, runtime, access, install, owner })
  const scripts = pin.scripts.filter((id) => !ranScripts.includes(id))
  if (ranScripts.length > 0) say(`run in the sandbox: the install scripts of ${ranScripts.join(', ')}`)
  if (scripts.length > 0) say(`not run: the install scripts of ${scripts.join(', ')}`)
  const seen = listPins(packages, pin.name).filter((one) => one.pin.version === pin.version)
  const firstSeen = [pin.firstSeen, ...seen.map((one) => one.pin.firstSeen)].sort()[0] ?? pin.firstSeen
  return publish(packages, { ...staged, pin: { ...pin, ranScripts, scripts, firstSeen } })
}

export function refuseEngine({ pin }: Staged, version: string): void {
  const { wants } = pin.engine
  if (wants === null || acceptsNode(wants, version)) return
  throw new McpRunError(
    'install-failed',
    `${pin.name}@${pin.version} needs node ${escapeText(wants, 80)}, and this is ${version}`,
    { hint: `run mcp-run with such a node, or take an older version: npm view ${pin.name} engines` },
  )
}

/** What is installed again must be what was there, package for package. */
function refuseOther(again: Pin, tree: Tree): void {
  if (again.format === 1 || withScripts(tree, again.ranScripts).digest === again.tree) return
  throw new McpRunError(
    'install-failed',
    `${again.name}@${again.version} cannot be had again as it was: what the registry has for it, or for what it depends on, is not what was installed`,
    { hint: `mcp-run unpin ${again.spec}, and the next start takes what there is today` },
  )
}
