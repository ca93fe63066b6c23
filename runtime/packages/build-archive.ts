import { mkdirSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { readArchiveManifest } from './archive.ts'
import type { FetchParts } from './fetch-archive.ts'
import { NPM_QUIET, registryOnly, writeNpmrc } from './install-command.ts'
import type { InstallEnd, InstallRequest } from './install-run.ts'
import { scriptFailure } from './install-scripts.ts'
import type { NpmConfig } from './npm-config.ts'
import { type Archive, copyArchive } from './roots.ts'
import { redact } from './secrets.ts'
import { own } from './stage.ts'

export interface BuildParts extends FetchParts {
  readonly config: NpmConfig
}

/** What a repository's build needs is installed with credentials, and no line of it is run; nor is its own npmrc heeded. */
const UNPACK = 'tar -xf "$1" && shift && cd package && rm -rf .npmrc && exec "$@"'
/** Then its scripts run, with none: prepack and prepare, by npm's own rule for repositories. */
const PACK =
  'mkdir packed && cd package && "$@" --pack-destination=../packed >/dev/null && mv ../packed/*.tgz ../built'

/**
 * Builds a package from its repository, whose prepare script is allowed, and packs it, in sandboxes from which the registry
 * alone is reached. Resolves with the new archive's file and integrity. Rejects with `install-failed`.
 */
export async function buildArchive(
  archive: Archive,
  at: number,
  parts: BuildParts,
): Promise<{ readonly file: string; readonly integrity: string }> {
  const { stage, owner, install, access } = parts
  const id = `${archive.name}@${archive.version}`
  const folder = join(stage.folder, `build-${at}`)
  for (const path of [folder, join(folder, 'home')]) {
    mkdirSync(path, { mode: 0o700 })
    own(path, owner)
  }
  const needs = await install(needsRequest(archive, folder, at, parts))
  if (needs.exitCode !== 0) throw needsFailure(id, needs, parts)
  const end = await install(packRequest(id, folder, parts))
  if (end.exitCode !== 0 || end.denied.length > 0) throw scriptFailure('prepare script', id, end, access)
  const file = join(stage.config, `built-${at}.tgz`)
  const integrity = await copyArchive(join(folder, 'built'), file, `what ${id} was built to`, false)
  own(file, owner)
  const built = await readArchiveManifest(file, `what ${id} was built to`)
  if (built.name === archive.name && built.version === archive.version) return { file, integrity }
  throw new McpRunError('install-failed', `the prepare script of ${id} made another package of it`, {
    hint: 'do not allow it again',
  })
}

function needsRequest(archive: Archive, folder: string, at: number, parts: BuildParts): InstallRequest {
  const { runtime, stage } = parts
  const { places, extraCa } = writeNpmrc(parts, `build-${at}-`)
  const [, ...configured] = places
  return {
    ...common(folder, parts),
    argv: [
      ...['/bin/sh', '-c', UNPACK, 'sh', archive.file],
      ...[runtime.node, runtime.npmCli, 'install', '--ignore-scripts', '--include=dev', ...NPM_QUIET],
      ...[...configured, `--cache=${join(folder, 'cache')}`, ...registryOnly(parts.config, false)],
      // A folder that it names must not come with it: the configuration lies in one.
      '--install-links=false',
    ],
    env: { ...environment(folder, parts), ...extraCa },
    read: [...runtime.shows, stage.config],
    label: `what ${archive.name}@${archive.version} is built with`,
    endsWhenDenied: false,
  }
}

function packRequest(id: string, folder: string, parts: BuildParts): InstallRequest {
  const { runtime } = parts
  const home = join(folder, 'home')
  return {
    ...common(folder, parts),
    argv: [
      ...['/bin/sh', '-c', PACK, 'sh', runtime.node, runtime.npmCli, 'pack', '--ignore-scripts=false'],
      ...['--foreground-scripts', ...NPM_QUIET, `--cache=${join(folder, 'script-cache')}`],
      ...[`--userconfig=${join(home, 'none')}`, `--globalconfig=${join(home, 'none-global')}`],
    ],
    env: environment(folder, parts),
    // Not the folder with the registry's credentials.
    read: runtime.shows,
    label: `prepare script of ${id}`,
    endsWhenDenied: true,
  }
}

function common(folder: string, { access }: BuildParts) {
  return {
    write: [folder],
    home: join(folder, 'home'),
    cwd: folder,
    egress: access.egress,
    proxy: access.proxy,
  }
}

function environment(folder: string, { runtime }: BuildParts) {
  return {
    HOME: join(folder, 'home'),
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    PATH: [dirname(runtime.node), '/usr/bin', '/bin'].join(delimiter),
  }
}

function needsFailure(id: string, end: InstallEnd, { access }: BuildParts): McpRunError {
  const said = end.stderrTail.trim().split('\n').slice(-6).join(' ')
  return new McpRunError(
    'install-failed',
    `what ${id} is built with could not be installed: ${escapeText(redact(said, access.secrets), 400)}`,
    { hint: 'clone it and build it where you trust it, and name its folder' },
  )
}
