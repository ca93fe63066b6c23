import { rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import type { NodeRuntime } from '../model/node-runtime.ts'
import { escapeText } from '../model/text.ts'
import type { InstallEnd, InstallRequest, InstallRun } from './install-run.ts'
import { bareName } from './origin.ts'
import type { Pin } from './pin.ts'
import type { RegistryAccess } from './registry.ts'
import { redact } from './secrets.ts'
import { type Owner, type Stage, writePrivate } from './stage.ts'
import type { Trust } from './trust.ts'

/** Of packages that have install scripts, and have not run them, those that are allowed to, by name. */
export function allowedScripts(
  pin: Pick<Pin, 'name' | 'origin' | 'scripts' | 'beside'>,
  { allowScripts, allowPlacedScripts }: Pick<Trust, 'allowScripts' | 'allowPlacedScripts'>,
): readonly string[] {
  const placed = [pin, ...(pin.beside ?? [])].flatMap(({ name, origin }) =>
    origin === undefined ? [] : [bareName(name)],
  )
  return pin.scripts.filter((id) => {
    const name = id.slice(0, id.lastIndexOf('@'))
    return (placed.includes(name) ? allowPlacedScripts : allowScripts).includes(name)
  })
}

/**
 * Runs the install scripts of packages in the stage, one after the other, each in a sandbox of its own: with no
 * credential, no file of the user's, and the registry alone to be reached. Throws `install-failed` where a script
 * fails, or asks for anything else.
 */
export async function runInstallScripts(
  ids: readonly string[],
  options: {
    readonly stage: Stage
    readonly runtime: NodeRuntime
    readonly access: RegistryAccess
    readonly install: InstallRun
    readonly owner: Owner | undefined
  },
): Promise<void> {
  for (const id of ids) {
    allowByName(id, options)
    const end = await options.install(scriptRequest(id, options))
    if (end.exitCode !== 0 || end.denied.length > 0)
      throw scriptFailure('install script', id, end, options.access)
  }
}

/** Newer versions of npm want to be told so in the folder's package.json. */
function allowByName(id: string, { stage, owner }: { stage: Stage; owner: Owner | undefined }): void {
  const file = join(stage.tree, 'package.json')
  rmSync(file, { force: true })
  const allowScripts = { [id.slice(0, id.lastIndexOf('@'))]: true }
  writePrivate(file, JSON.stringify({ name: 'mcp-run-install', private: true, allowScripts }), owner)
}

function scriptRequest(
  id: string,
  { stage, runtime, access }: { stage: Stage; runtime: NodeRuntime; access: RegistryAccess },
): InstallRequest {
  return {
    argv: [
      runtime.node,
      runtime.npmCli,
      'rebuild',
      id,
      '--ignore-scripts=false',
      '--foreground-scripts',
      '--no-update-notifier',
      '--no-audit',
      '--loglevel=error',
      '--logs-max=0',
      `--prefix=${stage.tree}`,
      `--cache=${join(stage.work, 'script-cache')}`,
      `--userconfig=${join(stage.home, 'none')}`,
      `--globalconfig=${join(stage.home, 'none-global')}`,
    ],
    env: {
      HOME: stage.home,
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      PATH: [dirname(runtime.node), '/usr/bin', '/bin'].join(delimiter),
    },
    // Not the folder with the registry's credentials.
    read: runtime.shows,
    write: [stage.work],
    home: stage.home,
    cwd: stage.tree,
    egress: access.egress,
    proxy: access.proxy,
    label: `install script of ${id}`,
    endsWhenDenied: true,
  }
}

export function scriptFailure(
  what: string,
  id: string,
  end: InstallEnd,
  access: RegistryAccess,
): McpRunError {
  if (end.denied.length > 0) {
    return new McpRunError(
      'install-failed',
      `the ${what} of ${id} asked for ${escapeText(end.denied.slice(0, 5).join(', '), 400)}, which it may not reach: nothing was installed`,
      { hint: 'do not allow it again; if it is meant to fetch from there, install it where you trust it' },
    )
  }
  const said = end.stderrTail.trim().split('\n').slice(-4).join(' ')
  const ended = end.signal === null ? `exit code ${end.exitCode}` : end.signal
  return new McpRunError(
    'install-failed',
    `the ${what} of ${id} failed (${ended}): ${escapeText(redact(said, access.secrets), 400)}`,
    { hint: 'without --allow-scripts, or install-scripts in the profile, it is not run' },
  )
}
