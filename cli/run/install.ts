import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { AlertEvent } from '../../runtime/model/alert.ts'
import type { UpstreamProxy } from '../../runtime/model/upstream-proxy.ts'
import type { InstallEnd, InstallRequest, InstallRun, NpmProxy } from '../../runtime/packages/install-run.ts'
import { destinationText } from '../../runtime/policy/destination-text.ts'
import type { OpenSandbox, SandboxBackend } from '../../runtime/sandbox/backend.ts'
import { programShare } from '../../runtime/sandbox/shares.ts'
import { startSession } from '../../runtime/session.ts'

const TAIL_CHARACTERS = 64 * 1024
/** What else it tries in this time after the first refusal is recorded too. */
const LAST_MS = 3000

export interface InstallerOptions {
  readonly server: string
  readonly backend: SandboxBackend
  readonly store: string
  readonly workerPath: string
  readonly onAlert: (alert: AlertEvent) => void
  /** The proxy to dial through, npm's own where nothing else names one. */
  readonly proxyFor: (npm: NpmProxy | null) => UpstreamProxy | null
  /** Ends an installation that nobody waits for any more. */
  readonly signal?: AbortSignal
}

/** Runs the package client in a sandbox of its own, phase `install`, with the registry alone declared. */
export function installer(options: InstallerOptions): InstallRun {
  const { backend, signal } = options
  return async (request) => {
    signal?.throwIfAborted()
    const sandbox = backend.open()
    process.once('exit', sandbox.destroy)
    return installIn(sandbox, request, options).finally(() => process.off('exit', sandbox.destroy))
  }
}

async function installIn(
  sandbox: OpenSandbox,
  request: InstallRequest,
  options: InstallerOptions,
): Promise<InstallEnd> {
  const { proxyFor, signal } = options
  const denied = new Set<string>()
  const ending = new AbortController()
  let last: NodeJS.Timeout | null = null
  let timedOut = false
  const session = await startSession({
    ...options,
    onAlert: (alert) => {
      if (alert.severity !== 'info') {
        denied.add(destinationText(alert.destination))
        if (request.endsWhenDenied) last ??= setTimeout(() => ending.abort(), LAST_MS)
      }
      options.onAlert(alert)
    },
    phase: 'install',
    mode: 'enforce',
    declared: {
      egress: request.egress,
      limits: { memory: null, cpus: null, pids: null, required: false },
      callbackPorts: [],
      sinks: [],
      knownValues: [],
      alertBackground: false,
      digest: `sha256:${createHash('sha256').update(JSON.stringify(request.egress)).digest('hex')}`,
    },
    package: { label: request.label, integrity: null },
    tell: () => undefined,
    profileFile: null,
    reading: null,
    upstreamProxy: proxyFor(request.proxy),
    sandbox,
    launch: {
      command: request.argv,
      env: request.env,
      cwd: request.cwd,
      home: request.home,
      image: { kind: 'runner', runner: request.runner ?? 'node' },
      shares: [
        ...programShare(request.argv[0] ?? ''),
        ...request.read.map((path) => ({ source: path, target: path, write: false })),
        ...request.write.map((path) => ({ source: path, target: path, write: true })),
      ],
    },
  })
  session.server.stdin.end()
  const end = () => session.server.kill('SIGKILL')
  const late = () => {
    timedOut = true
    end()
  }
  for (const one of [signal, ending.signal]) one?.addEventListener('abort', end)
  if (ending.signal.aborted) end()
  const limit = request.limitMs === undefined ? null : setTimeout(late, request.limitMs)
  const [stdoutTail, stderrTail, exit] = await Promise.all([
    tail(session.server.stdout),
    tail(session.server.stderr),
    session.ended,
  ]).finally(() => {
    signal?.removeEventListener('abort', end)
    for (const timer of [last, limit]) if (timer !== null) clearTimeout(timer)
  })
  signal?.throwIfAborted()
  return {
    exitCode: exit.code,
    signal: exit.signal,
    stdoutTail,
    stderrTail,
    denied: [...denied],
    timedOut,
  }
}

async function tail(stream: Readable): Promise<string> {
  let text = ''
  for await (const chunk of stream) text = (text + chunk).slice(-TAIL_CHARACTERS)
  return text
}
