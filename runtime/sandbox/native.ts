import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, statSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { McpRunError } from '../model/errors.ts'
import type { StagedMount, TapConfig } from '../tap/config.ts'
import { STATUS_FD } from '../tap/config.ts'
import { whileConfiguring } from '../tap/configure.ts'
import { openTapLink } from '../tap/link.ts'
import type { LaunchSpec, OpenSandbox, RunningServer, SandboxBackend, ServerExit } from './backend.ts'
import { bubblewrapArguments } from './bubblewrap.ts'
import { nativeRootHolds } from './certificates.ts'
import { keepOutput } from './kept-output.ts'
import type { AppliedLimits } from './limits.ts'
import { applyLimits } from './limits.ts'
import { DEDICATED_ID } from './native-user.ts'
import { endTree, serverProcess } from './process-tree.ts'
import { SANDBOX_HOME } from './root-filesystem.ts'
import { requireTools, TOOL_PATH, type Tool } from './tools.ts'

/** Empty on the host; each sandbox of root has its own tmpfs over it, in its own mount namespace. */
const STAGE = '/run/mcp-run'
const START_TIMEOUT_MS = 15_000

/**
 * Linux without a daemon: new namespaces by unshare, the tap in them, then bubblewrap in the tap's place. As
 * a plain user all of it is in a user namespace; as root the server's process belongs to a dedicated id.
 */
export function nativeBackend(options: { tapPath: string }): SandboxBackend {
  return {
    name: 'native',
    homePath: SANDBOX_HOME,
    holds: nativeRootHolds,
    owner: null,
    nodeRuntime: async () => null,
    pythonRuntime: async () => null,
    open: () => openNative(options.tapPath),
  }
}

function openNative(tapPath: string): OpenSandbox {
  const tools = requireTools()
  const root = process.getuid?.() === 0
  if (root) mkdirSync(STAGE, { recursive: true, mode: 0o755 })
  const link = openTapLink()
  const namespaces = root ? ['--net', '--mount'] : ['--user', '--map-root-user', '--net']
  const child = spawn(
    tools.unshare,
    [...namespaces, '--', ...whileConfiguring([process.execPath, tapPath])],
    {
      stdio: ['pipe', 'pipe', 'pipe', link.peer, 'pipe'],
      env: { PATH: TOOL_PATH },
      detached: true,
    },
  )
  link.handOver()
  keepOutput(child.stdout as Readable)
  const stderr = tail(child)
  let asked: NodeJS.Signals | null = null
  const exited = exitOf(child, () => asked)
  let limits: AppliedLimits | null = null
  void exited.then(() => limits?.remove())
  const destroy = (): void => {
    link.close()
    if (isRunning(child)) endTree(child.pid, 'SIGKILL')
  }
  const unavailable = (error: unknown): McpRunError => {
    destroy()
    return startError(error, stderr.text())
  }
  const capture = link.sockets(START_TIMEOUT_MS).then(
    (sockets) => ({ kind: 'sockets', sockets }) as const,
    (error: unknown) => {
      throw unavailable(error)
    },
  )
  capture.catch(() => undefined)
  return {
    capture,
    limit: async (wanted) => {
      limits = applyLimits(child.pid ?? 0, wanted)
      if (wanted.required && limits.notEnforced.length > 0) {
        destroy()
        throw new McpRunError(
          'sandbox-unavailable',
          `the profile requires its limits: ${limits.notEnforced.join('; ')}`,
          {
            hint: 'run where control groups are delegated, or set `limits.required: false` in the profile',
          },
        )
      }
      return limits.notEnforced
    },
    // The tap's process becomes the server's: there is nothing to be made beside it.
    prepare: () => undefined,
    launch: async (spec) => {
      await capture
      stderr.stop()
      try {
        link.order(tapConfig(spec, tools, root))
        const failure = await link.became()
        if (failure !== null) throw new Error(failure)
      } catch (error) {
        throw unavailable(error)
      }
      link.close()
      return runningServer(child, exited, (signal) => {
        asked ??= signal
      })
    },
    destroy,
  }
}

function tapConfig(spec: LaunchSpec, tools: Record<Tool, string>, root: boolean): TapConfig {
  const mounts = root ? stagedMounts(spec) : []
  const where = (source: string): string => mounts.find((one) => one.source === source)?.target ?? source
  return {
    hostLoopbackPorts: spec.hostLoopbackPorts,
    stage: root ? { folder: STAGE, mounts } : null,
    user: root ? DEDICATED_ID : null,
    command: [tools.bwrap, '--args', '@args', '--', ...spec.command],
    args: bubblewrapArguments(spec, where),
  }
}

function stagedMounts(spec: LaunchSpec): StagedMount[] {
  const writable = new Set([
    spec.home,
    ...spec.shares.filter(({ write }) => write).map(({ source }) => source),
  ])
  const sources = [...new Set([spec.home, ...spec.shares.map(({ source }) => source)])]
  return sources.map((source, index) => {
    const { uid, gid } = statSync(source)
    return {
      source,
      target: `${STAGE}/${index}`,
      directory: statSync(source).isDirectory(),
      idmap: uid === DEDICATED_ID ? null : { uid, gid, to: DEDICATED_ID },
      withoutIdmap: writable.has(source) ? 'fail' : 'plain',
    }
  })
}

/**
 * bubblewrap tells of its command's exit code only if it had a command running. `asked`: the signal that was to end it;
 * before it has one, bubblewrap ends in its own ways.
 */
function exitOf(child: ChildProcess, asked: () => NodeJS.Signals | null): Promise<ServerExit> {
  let status = ''
  const told = new Promise<void>((resolve) => {
    child.stdio[STATUS_FD]?.on('data', (chunk: Buffer) => {
      status = (status + chunk).slice(-4096)
    })
    child.stdio[STATUS_FD]?.once('close', () => resolve())
  })
  return new Promise((resolve) => {
    child.once('error', () => resolve({ failure: notReached(), code: 127, signal: null }))
    child.once('exit', async (code, signal) => {
      await told
      const began = signal !== null || status.includes('"exit-code"')
      if (began) resolve({ failure: null, code, signal })
      else if (asked() !== null) resolve({ failure: null, code: null, signal: asked() })
      else resolve({ failure: notReached(), code, signal })
    })
  })
}

function notReached(): McpRunError {
  return new McpRunError(
    'sandbox-unavailable',
    'the server was not started: its sandbox could not be completed, or its program is not there',
    { hint: 'see what bubblewrap said above; mcp-run doctor says what this machine lacks' },
  )
}

function runningServer(
  child: ChildProcess,
  exited: Promise<ServerExit>,
  onKill: (signal: NodeJS.Signals) => void,
): RunningServer {
  return {
    stdin: child.stdin as Writable,
    stdout: child.stdout as Readable,
    stderr: child.stderr as Readable,
    exited,
    kill: (signal) => {
      if (!isRunning(child)) return
      onKill(signal)
      const server = signal === 'SIGKILL' ? null : serverProcess(child.pid)
      try {
        if (server === null) endTree(child.pid, signal)
        else process.kill(server, signal)
      } catch {
        // It ended a moment ago.
      }
    },
  }
}

/** Not collected yet: its number is no other process's. */
function isRunning(child: ChildProcess): child is ChildProcess & { readonly pid: number } {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

/** What unshare and the tap say before the server's own stderr begins. */
function tail(child: ChildProcess): { text(): string; stop(): void } {
  let text = ''
  const add = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-4096)
  }
  child.stderr?.on('data', add)
  return {
    text: () => text.trim(),
    stop: () => {
      child.stderr?.off('data', add)
      keepOutput(child.stderr as Readable)
    },
  }
}

function startError(error: unknown, stderr: string): McpRunError {
  const message = error instanceof Error ? error.message : String(error)
  const detail = stderr === '' ? message : `${message} (${stderr})`
  return new McpRunError('sandbox-unavailable', `the sandbox cannot be started: ${detail}`, {
    hint: 'mcp-run doctor says what this machine lacks',
    cause: error,
  })
}
