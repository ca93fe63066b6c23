import { constants } from 'node:os'
import { join } from 'node:path'
import { startBridge } from '../../runtime/mcp/bridge.ts'
import { stopServer } from '../../runtime/mcp/shutdown.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import { isFloating } from '../../runtime/packages/ahead.ts'
import { ensureAhead, ensurePackage, type InstalledPackage } from '../../runtime/packages/ensure-package.ts'
import type { NpmProxy } from '../../runtime/packages/install-run.ts'
import type { OpenSandbox, ServerExit } from '../../runtime/sandbox/backend.ts'
import { type Session, type SessionOptions, startSession } from '../../runtime/session.ts'
import type { StoreThread } from '../../runtime/store/open-journal.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import type { OwnPaths } from '../paths.ts'
import type { AlertNotice } from './alert-line.ts'
import { tellOnce } from './alerts.ts'
import type { RunArguments } from './arguments.ts'
import { type AskedUrls, openAskedUrls } from './asked-urls.ts'
import type { ChosenBackend } from './backend.ts'
import { installer } from './install.ts'
import { launchSpec, limitsOf } from './launch.ts'
import { lookLater } from './look-later.ts'
import { packageOptions, soundness, withNote } from './package.ts'
import { type Plan, plan } from './plan.ts'
import { prepareReading } from './reading.ts'
import { say } from './say.ts'
import { tellUrls } from './tell-urls.ts'
import type { Timing } from './timing.ts'
import { findUpstreamProxy } from './upstream-proxy.ts'

/** Clients give mcp-run twice two seconds: all of its own steps fit in between. */
const GRACE_MS = 1500

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
  const profiles = {
    userDir: join(store, 'profiles'),
    builtinDir: paths.profiles,
    compiled: paths.compiledProfiles,
    cwd: process.cwd(),
  }
  const planned = plan(args, profiles)
  if (planned.target.kind === 'image' && backend.name === 'native') throw imageInNative()
  timing.mark('profile')
  let notify = (_notice: AlertNotice): void => undefined
  const file = profileFile(args, planned)
  const onAlert = tellOnce(say, (notice) => notify(notice), file)
  const server = planned.loaded.profile.name
  const proxyFor = (npm: NpmProxy | null) =>
    findUpstreamProxy({ option: args.options.upstreamProxy, env: process.env, npm })
  // Said before anything is installed, where it cannot be used.
  const upstreamProxy = proxyFor(null)
  const installing = { server, backend, store, workerPath: paths.storeWorker, onAlert, proxyFor }
  const { target, loaded } = planned
  const wanted =
    target.kind === 'package'
      ? await packageOptions(target, loaded, args.options, {
          ...{ store, backend, paths, profiles },
          install: installer(installing),
        })
      : null
  const preparing = prepareReading(loaded.profile.egress, { store, host: process.env })
  const start = async (
    installed: InstalledPackage | null,
    made: Pick<SessionOptions, 'sandbox' | 'storeThread'>,
  ): Promise<{ session: Session; asked: AskedUrls; cwd: string | null }> => {
    const launch = launchSpec(args, planned, {
      store,
      backend,
      installed,
      programs: paths.programs,
      trust: reading?.trust ?? null,
    })
    const asked = openAskedUrls(launch.home)
    const session = await startSession({
      server,
      phase: 'run',
      mode: args.options.mode ?? loaded.profile.mode,
      declared: { ...loaded.profile, limits: limitsOf(planned), digest: loaded.digest },
      package: whatRuns(planned, installed),
      backend,
      ...made,
      store,
      workerPath: paths.storeWorker,
      launch,
      profileFile: file,
      upstreamProxy,
      ...(installed !== null && { sound: soundness(installed) }),
      onAlert,
      tell: say,
      mark: timing.mark,
    })
    return { session, asked, cwd: launch.cwd }
  }
  const installed = wanted && (await withNote(loaded, ensurePackage(wanted)))
  const reading = await preparing
  timing.mark('package')
  const { sandbox, storeThread } = prepared
  const { session, asked, cwd } = await start(installed, { sandbox, storeThread }).catch(async (error) => {
    if (wanted === null || !isDamage(error)) throw error
    say(error.message)
    const repaired = await ensurePackage({ ...wanted, repair: true })
    const again = backend.open()
    process.once('exit', () => again.destroy())
    return start(repaired, { sandbox: again })
  })
  chosen.confirm()
  announce(session, planned, cwd)
  const floats = wanted !== null && isFloating(wanted.spec)
  const later = lookLater(async (signal) => {
    const install = installer({ ...installing, signal })
    if (floats) await ensureAhead({ ...wanted, install, say: () => undefined })
  })
  const onAnswer = (): void => {
    if (args.options.timing) timing.mark('first answer')
    if (args.options.timing) timing.lines().forEach(say)
    if (floats) later.begin()
  }
  return converse(session, {
    asked,
    onNotify: (send) => {
      notify = send
    },
    onAnswer: floats || args.options.timing ? onAnswer : null,
    news: installed?.news ?? null,
  }).finally(later.end)
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
  return installed && { label: `${installed.name}@${installed.version}`, integrity: installed.integrity }
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

/** Carries the conversation; ends the server as the MCP specification says when the client or a signal asks. */
async function converse(
  session: Session,
  {
    asked,
    onNotify,
    onAnswer,
    news,
  }: {
    asked: AskedUrls
    onNotify: (send: (notice: AlertNotice) => void) => void
    /** Called at the server's first line; null: nobody waits for it. */
    onAnswer: (() => void) | null
    /** What the client is told as soon as it may be: many hide stderr. */
    news: string | null
  },
): Promise<number> {
  const { server, record } = session
  let answered = false
  const bridge = startBridge({
    client: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    server,
    serverName: record.server,
    ...(onAnswer !== null && {
      onLine: (direction) => {
        if (direction === 'to-server' || answered) return
        answered = true
        onAnswer()
      },
    }),
  })
  onNotify((notice) => {
    bridge.notify('warning', { ...notice, message: `mcp-run: ${notice.message}` })
  })
  if (news !== null) bridge.notify('warning', { message: `mcp-run: ${news}` })
  const lastUrls = tellUrls(asked, {
    say,
    notify: (url) => {
      bridge.notify('warning', { message: `mcp-run: the server asks you to open: ${url}`, url })
    },
  })
  let _stopping: Promise<unknown> | null = null
  const stop = (stdinEnded: boolean): void => {
    _stopping ??= stopServer({ server, stdinEnded, graceMs: GRACE_MS })
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stop(server.stdin.writableEnded))
  void bridge.clientClosed.then(() => stop(true))
  let tooLong: McpRunError | null = null
  const done = bridge.done.then((outcome) => {
    if (outcome.reason === 'server-ended') return
    if (outcome.reason === 'line-too-long') {
      const from = outcome.direction === 'to-client' ? 'the server' : 'the client'
      tooLong = new McpRunError(
        'line-too-long',
        `${from} sent a line of more than ${outcome.maxLineBytes} bytes: the session was ended`,
      )
    }
    stop(outcome.reason === 'client-gone')
  })
  const exit = await session.ended.finally(lastUrls)
  await done
  if (tooLong !== null) throw tooLong
  return exitCode(exit)
}

/** As a shell gives it: a signal's number above 128. */
function exitCode({ code, signal }: ServerExit): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal])
}
