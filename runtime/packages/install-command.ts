import { readFileSync } from 'node:fs'
import { basename, delimiter, dirname, join } from 'node:path'
import type { NodeRuntime } from '../model/node-runtime.ts'
import type { ClientPlan } from './client/plan.ts'
import type { InstallRequest } from './install-run.ts'
import type { Environment } from './npm-client.ts'
import type { NpmConfig } from './npm-config.ts'
import { type ConfigValue, formatNpmrc } from './npmrc.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'
import type { RegistryAccess } from './registry.ts'
import type { Root } from './roots.ts'
import { type Owner, type Stage, writePrivate } from './stage.ts'

/** What the sandbox's npm configuration is made of. */
export interface NpmrcParts {
  readonly stage: Stage
  readonly env: Environment
  readonly access: RegistryAccess
  readonly owner: Owner | undefined
}

export interface InstallParts extends NpmrcParts {
  readonly spec: PackageSpec
  readonly roots: readonly Root[]
  readonly runtime: NodeRuntime
  readonly config: NpmConfig
  /** The program that runs npm and asks the registry, see client/main.ts: a file of mcp-run's own. */
  readonly client: string
  /** Whether anything is installed; else the registry is only asked. */
  readonly install: boolean
}

/** npm's list of what it installed, in the stage's tree. */
export const INSTALLED_LOCK = 'node_modules/.package-lock.json'

export function answerFile(stage: Stage): string {
  return join(stage.work, 'answer.json')
}

/** Refused outright where npm can: a dependency that is fetched from git, a URL, a folder or a file. */
const REGISTRY_ONLY = ['allow-git', 'allow-remote', 'allow-file', 'allow-directory']

/** `archives`: those that were named are the one exception. */
export function registryOnly({ known }: NpmConfig, archives: boolean): readonly string[] {
  return REGISTRY_ONLY.filter((key) => known.has(key)).map(
    (key) => `--${key}=${key === 'allow-file' && archives ? 'root' : 'none'}`,
  )
}

/** npm says what went wrong, and nothing else. */
export const NPM_QUIET = [
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--no-progress',
  '--loglevel=warn',
  '--logs-max=0',
] as const

/** Writes what npm will read into the stage, and says how npm is to be run. No argument holds a credential. */
export function prepareInstall(parts: InstallParts): InstallRequest {
  const { stage, runtime } = parts
  const { places, extraCa } = writeNpmrc(parts)
  const plan: ClientPlan = {
    npmCli: runtime.npmCli,
    settings: [...places, `--cache=${stage.cache}`],
    install: parts.install,
    packages: parts.roots.flatMap(({ archive, spec: { name, version } }) =>
      archive === null ? [{ name, version }] : [],
    ),
    placed: parts.roots.flatMap(({ archive, name }) => (archive === null ? [] : [`node_modules/${name}`])),
    lock: join(stage.tree, INSTALLED_LOCK),
    cache: join(stage.work, 'asked'),
    answer: answerFile(stage),
  }
  const [client, planFile] = [join(stage.config, 'client.cjs'), join(stage.config, 'plan.json')]
  writePrivate(client, readFileSync(parts.client), parts.owner)
  writePrivate(planFile, JSON.stringify(plan), parts.owner)
  return {
    argv: [
      runtime.node,
      client,
      planFile,
      'install',
      '--ignore-scripts',
      ...NPM_QUIET,
      '--omit=dev',
      '--install-strategy=hoisted',
      '--engine-strict=false',
      ...places,
      `--cache=${stage.cache}`,
      ...registryOnly(parts.config, plan.placed.length > 0),
    ],
    env: {
      HOME: stage.home,
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      PATH: [dirname(runtime.node), '/usr/bin', '/bin'].join(delimiter),
      ...extraCa,
    },
    read: [...runtime.shows, stage.config],
    write: [stage.work],
    home: stage.home,
    cwd: stage.tree,
    egress: parts.access.egress,
    proxy: parts.access.proxy,
    label: formatPackageSpec(parts.spec),
    // npm says by itself what it could not have.
    endsWhenDenied: false,
  }
}

/** Writes the user's configuration, as far as it counts, and the files that it names. `prefix`: of their names. */
export function writeNpmrc(parts: NpmrcParts, prefix = '') {
  const { stage, access, owner } = parts
  const copyIn = copier(parts, prefix)
  const settings: Record<string, ConfigValue> = { ...access.settings, proxy: null, 'https-proxy': null }
  for (const key of access.fileSettings) settings[key] = copyIn(String(settings[key]))
  const npmrc = join(stage.config, `${prefix}npmrc`)
  writePrivate(npmrc, formatNpmrc(settings), owner)
  const file = parts.env.NODE_EXTRA_CA_CERTS
  return {
    places: [
      `--prefix=${stage.tree}`,
      `--userconfig=${npmrc}`,
      `--globalconfig=${join(stage.config, 'none')}`,
    ] as const,
    extraCa: file ? { NODE_EXTRA_CA_CERTS: copyIn(file) } : {},
  }
}

/**
 * Copies files to where the sandbox can read them, wherever they are. One that cannot be read stays under its
 * own name: npm passes over it, or says so.
 */
function copier(parts: NpmrcParts, prefix: string): (file: string) => string {
  let copies = 0
  return (file) => {
    try {
      const content = readFileSync(file)
      copies += 1
      const copy = join(parts.stage.config, `${prefix}${copies}-${basename(file).replace(/[^\w.-]/g, '_')}`)
      writePrivate(copy, content, parts.owner)
      return copy
    } catch {
      return file
    }
  }
}
