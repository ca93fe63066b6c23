import type { AlertEvent } from '../../runtime/model/alert.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { InstalledPackage } from '../../runtime/packages/ensure-package.ts'
import type { NpmProxy } from '../../runtime/packages/install-run.ts'
import { readOnlyEgress } from '../../runtime/policy/read-only.ts'
import type { OpenSandbox } from '../../runtime/sandbox/backend.ts'
import { type Session, type SessionOptions, startSession } from '../../runtime/session.ts'
import type { StoreThread } from '../../runtime/store/open-journal.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import type { OwnPaths } from '../paths.ts'
import { profileOptions } from '../profile-options.ts'
import { tellOnce } from './alerts.ts'
import { annotationFor } from './annotation.ts'
import type { RunArguments } from './arguments.ts'
import { type AskedUrls, openAskedUrls } from './asked-urls.ts'
import type { ChosenBackend } from './backend.ts'
import { converse, type Told } from './converse.ts'
import { installer } from './install.ts'
import { launchSpec, limitsOf } from './launch.ts'
import { lookLater } from './look-later.ts'
import { installedText, packageSource, soundness, withNote } from './package.ts'
import { type Plan, plan } from './plan.ts'
import { modeOf } from './read-only.ts'
import { prepareReading } from './reading.ts'
import { say } from './say.ts'
import { sessionGate } from './session-gate.ts'
import type { Timing } from './timing.ts'
import { findUpstreamProxy } from './upstream-proxy.ts'

export interface Prepared {
  readonly paths: OwnPaths
  readonly chosen: ChosenBackend
  readonly sandbox: OpenSandbox
  readonly storeThread: StoreThread
  readonly timing: Timing
}

/** Runs the server in the sandbox that is being made; resolves with the exit code. */
export async function serve(args: RunArguments, prepared: Prepared): Promise<number> {
  const { paths, chosen, timing } = prepared
  const { backend } = chosen
  const store = storeFolder(args.options.store)
  const profiles = profileOptions(paths, store)
  const planned = plan(args, profiles)
  if (planned.target.kind === 'image' && backend.name === 'native') throw imageInNative()
  timing.mark('profile')
  let bridge: Told | null = null
  const file = profileFile(args, planned)
  const tell = tellOnce(
    say,
    (notice) => bridge?.notify('warning', { ...notice, message: `mcp-run: ${notice.message}` }),
    file,
  )
  const onAlert = (alert: AlertEvent): void => {
    const annotation = args.options.annotate ? annotationFor(alert) : null
    for (const id of annotation?.callIds ?? []) bridge?.annotate(id, annotation?.text ?? '')
    tell(alert)
  }
  const server = planned.loaded.profile.name
  const proxyFor = (npm: NpmProxy | null) =>
    findUpstreamProxy({ option: args.options.upstreamProxy, env: process.env, npm })
  // Said before anything is installed, where it cannot be used.
  const upstreamProxy = proxyFor(null)
  const installing = { server, backend, store, workerPath: paths.storeWorker, onAlert, proxyFor }
  const { target, loaded } = planned
  const source =
    target.kind === 'package' || target.kind === 'python'
      ? await packageSource(target, loaded, args.options, {
          ...{ store, backend, paths, profiles },
          install: installer(installing),
        })
      : null
  const { mode, news } = modeOf(args.options, loaded.profile, store)
  const readOnly = mode === 'read-only'
  const egress = readOnly ? readOnlyEgress(loaded.profile.egress) : loaded.profile.egress
  const preparing = prepareReading(egress, { store, host: process.env })
  const start = async (
    installed: InstalledPackage | null,
    made: Pick<SessionOptions, 'sandbox' | 'storeThread'>,
  ): Promise<{ session: Session; asked: AskedUrls; cwd: string | null }> => {
    const launch = launchSpec(args, planned, {
      store,
      backend,
      installed,
      programs: paths.programs,
      readOnly,
      trust: reading?.trust ?? null,
    })
    const asked = openAskedUrls(launch.home)
    const session = await startSession({
      server,
      phase: 'run',
      mode,
      declared: { ...loaded.profile, egress, limits: limitsOf(planned), digest: loaded.digest },
      package: whatRuns(planned, installed),
      backend,
      ...made,
      store,
      workerPath: paths.storeWorker,
      launch,
      profileFile: file,
      upstreamProxy,
      reading,
      ...(installed !== null && { soundness: soundness(installed) }),
      onAlert,
      tell: say,
      mark: timing.mark,
    })
    return { session, asked, cwd: launch.cwd }
  }
  const installed = source && (await withNote(loaded, source.ensure(false)))
  const reading = await preparing
  timing.mark('package')
  const { sandbox, storeThread } = prepared
  const { session, asked, cwd } = await start(installed, { sandbox, storeThread }).catch(async (error) => {
    if (source === null || !isDamage(error)) throw error
    say(error.message)
    const repaired = await source.ensure(true)
    const again = backend.open()
    process.once('exit', () => again.destroy())
    return start(repaired, { sandbox: again })
  })
  chosen.confirm()
  announce(session, planned, cwd)
  news.forEach(say)
  const floats = source !== null && source.ahead !== null
  const later = lookLater(async (signal) => {
    await source?.ahead?.(installer({ ...installing, signal }))
  })
  const onAnswer = (): void => {
    if (args.options.timing) timing.mark('first answer')
    if (args.options.timing) timing.lines().forEach(say)
    if (floats) later.begin()
  }
  return converse(session, {
    asked,
    onBridge: (made) => {
      bridge = made
    },
    onAnswer: floats || args.options.timing ? onAnswer : null,
    news: [...(installed?.news == null ? [] : [installed.news]), ...news],
    gate: readOnly ? await sessionGate(session, () => bridge) : null,
  }).finally(async () => {
    await later.end()
    reading?.end()
  })
}

function isDamage(error: unknown): error is McpRunError {
  return error instanceof McpRunError && error.code === 'package-damaged'
}

function imageInNative(): McpRunError {
  return new McpRunError('sandbox-unavailable', 'an image runs in a container, and this start has none', {
    hint: 'start Docker or Podman, and use --sandbox docker',
  })
}

/** The profile's file, where it was given as one and not by its name. */
function profileFile({ options }: RunArguments, { loaded }: Plan): string | null {
  const given = options.profile !== null && /[/]|[.]ya?ml$/.test(options.profile)
  return given ? (loaded.files.at(-1) ?? null) : null
}

function whatRuns({ target }: Plan, installed: InstalledPackage | null) {
  if (target.kind === 'image') return { label: target.request.image, integrity: null }
  return installed && installedText(installed)
}

function announce({ record }: Session, { loaded, undeclared }: Plan, cwd: string | null): void {
  const what = record.package ?? 'own command'
  say(
    `${record.server}: ${what}, sandbox ${record.sandbox}, mode ${record.mode}, profile ${record.profileDigest.slice(0, 19)}, folder ${cwd ?? "the image's own"}`,
  )
  for (const sentence of record.notEnforced) say(sentence)
  if (record.mode === 'monitor')
    say('mode monitor: what the profile does not declare is let through, and flagged')
  if (undeclared) {
    say(
      `no profile for ${what}: everything it contacts is denied. To let it reach a host: egress allow ${loaded.profile.name} HOST:443`,
    )
  }
}
