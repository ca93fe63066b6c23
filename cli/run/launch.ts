import { readFileSync, realpathSync } from 'node:fs'
import { basename } from 'node:path'
import type { LoadedProfile, Profile } from '../../runtime/model/profile.ts'
import type { InstalledPackage } from '../../runtime/packages/ensure-package.ts'
import type { LaunchSpec, SandboxBackend, ServerImage, Share } from '../../runtime/sandbox/backend.ts'
import { serverEnvironment } from '../../runtime/sandbox/environment.ts'
import type { TrustFiles } from '../../runtime/sandbox/session-trust.ts'
import { isWithin, share } from '../../runtime/sandbox/shares.ts'
import { checkUsable } from '../../runtime/sandbox/usable-shares.ts'
import type { RunArguments } from './arguments.ts'
import { requestedEnvironment } from './docker-run/environment.ts'
import type { ImageTarget } from './image-target.ts'
import { installedLaunch } from './installed-launch.ts'
import { pathArguments, shownText } from './path-arguments.ts'
import { outerFirst, ownCommand, type Plan, wantedShares } from './plan.ts'
import { say } from './say.ts'
import { serverHome } from './server-home.ts'
import type { Target } from './target.ts'

/** What the sandbox is told to run, its host-loopback ports aside. */
export type Launch = Omit<LaunchSpec, 'hostLoopbackPorts'>

export interface LaunchContext {
  readonly store: string
  readonly backend: SandboxBackend
  /** mcp-run's own programs for the sandbox. */
  readonly programs: string
  readonly installed: InstalledPackage | null
  /** Nothing of the user's can be written. */
  readonly readOnly: boolean
  /** Of a session whose requests are read. */
  readonly trust: TrustFiles | null
}

/** Throws `usage` where something that is to be shown cannot be. */
export function launchSpec(args: RunArguments, { target, loaded }: Plan, context: LaunchContext): Launch {
  if (target.kind === 'image') return imageLaunch(args, target, loaded, context)
  return hostedLaunch(args, target, loaded, context)
}

/** The limits in force: the command line's, where it gives some, over the profile's. */
export function limitsOf({ target, loaded }: Plan): Profile['limits'] {
  const { limits } = loaded.profile
  if (target.kind !== 'image') return limits
  const { memory, cpus, pids } = target.request.limits
  return { ...limits, memory: memory ?? limits.memory, cpus: cpus ?? limits.cpus, pids: pids ?? limits.pids }
}

/** A package or a command, in the native sandbox or in a runner's image. */
function hostedLaunch(
  { options, own }: RunArguments,
  target: Exclude<Target, ImageTarget>,
  loaded: LoadedProfile,
  { store, backend, programs, installed, readOnly, trust }: LaunchContext,
): Launch {
  const home = backend.homePath
  const context = { cwd: process.cwd(), store }
  const folder = target.kind === 'command' ? target.folder : undefined
  const wanted = asMode(readOnly, [
    ...(folder === undefined ? [] : [share(folder, false, 'the package', context)]),
    ...wantedShares(loaded, options, context),
  ])
  const named = pathArguments(target.kind === 'command' ? target.command.slice(1) : target.args, {
    ...context,
    mode: readOnly && loaded.profile.pathArguments === 'write' ? 'read' : loaded.profile.pathArguments,
    granted: wanted,
    home,
  })
  const shown = outerFirst([...wanted, ...named.shares])
  const shares = [...shown]
  let command: readonly string[] = []
  let cwd = shown.some(({ target: folder }) => isWithin(context.cwd, folder)) ? context.cwd : null
  let folders: readonly string[] = []
  if (installed !== null && target.kind !== 'command') {
    const inside = installedLaunch(target, installed, backend.name)
    command = [...inside.command, ...named.words]
    shares.push(...inside.shares)
    folders = inside.folders
  } else if (target.kind === 'command') {
    command = [...target.command.slice(0, 1), ...named.words]
    if (own) {
      const seen = ownCommand(target.command, context, backend)
      shares.unshift(...seen.shares)
      cwd ??= seen.cwd
      if (cwd === null && seen.refused !== null)
        say(`${context.cwd} is not shared: ${seen.refused}; --allow-read DIR shares a folder`)
    }
  }
  checkUsable(shares, backend.owner)
  named.notes.forEach(say)
  tellShown(shown)
  const environment = serverEnvironment({
    host: process.env,
    profile: loaded.profile.env,
    pass: options.passEnv,
    home,
    cwd: cwd ?? home,
    node: backend.name === 'native' ? realpathSync(process.execPath) : null,
    holds: backend.holds,
    programs,
    folders,
    ...(trust !== null && { trust }),
  })
  return {
    command,
    env: environment.env,
    cwd: cwd ?? home,
    home: serverHome(store, loaded.profile.name, backend.owner),
    shares: [...shares, ...environment.shares],
    image: { kind: 'runner', runner: target.kind === 'python' ? 'python' : runnerFor(command[0] ?? '') },
  }
}

/** The image decides what programs there are, where it begins, and as what; the rest is as for any server. */
function imageLaunch(
  { options }: RunArguments,
  { request, entrypoint, user }: ImageTarget,
  loaded: LoadedProfile,
  { store, backend, programs, readOnly, trust }: LaunchContext,
): Launch {
  const context = { cwd: process.cwd(), store }
  const mounted = request.mounts.map(({ source, target, write }) => ({
    ...share(source, write, '-v', context),
    target,
  }))
  const shown = outerFirst(asMode(readOnly, [...wantedShares(loaded, options, context), ...mounted]))
  tellShown(shown)
  if (request.noNetwork) say('--network none of docker run: nothing is declared, whatever the profile says')
  for (const { option, why } of request.ignored) say(`${option} of docker run is left out: ${why}`)
  const { env, shares } = serverEnvironment({
    host: process.env,
    profile: loaded.profile.env,
    pass: options.passEnv,
    home: backend.homePath,
    cwd: request.cwd ?? backend.homePath,
    node: null,
    holds: backend.holds,
    programs,
    ...(trust !== null && { trust }),
  })
  // Its own programs and accounts are the image's affair.
  const { PATH: _path, USER: _user, LOGNAME: _logname, SHELL: _shell, ...ours } = env
  const read = (path: string): string => readFileSync(path, 'utf8')
  const image: ServerImage = {
    kind: 'image',
    name: request.image,
    entrypoint,
    user,
    // One that goes with the container is the server's own.
    volumes: request.volumes.map((one) => ({ ...one, write: one.write && !(readOnly && one.name !== null) })),
    tmpfs: request.tmpfs,
    platform: request.platform,
    pull: request.pull ?? 'missing',
  }
  return {
    command: request.args,
    env: { ...ours, ...requestedEnvironment(request, { host: process.env, read }) },
    cwd: request.cwd,
    home: serverHome(store, loaded.profile.name, backend.owner),
    shares: [...shown, ...shares],
    image,
  }
}

function asMode(readOnly: boolean, shares: readonly Share[]): readonly Share[] {
  return readOnly ? shares.map((one) => ({ ...one, write: false })) : shares
}

function tellShown(shown: readonly Share[]): void {
  if (shown.length > 0) say(`shown: ${shownText(shown)}`)
}

function runnerFor(program: string): 'node' | 'python' {
  return /^(python[\d.]*|uv|uvx|pip|pipx)$/.test(basename(program)) ? 'python' : 'node'
}
