import type { Readable, Writable } from 'node:stream'
import type { McpRunError } from '../model/errors.ts'
import type { NodeRuntime } from '../model/node-runtime.ts'
import type { Profile } from '../model/profile.ts'
import type { PythonRuntime } from '../model/python-runtime.ts'
import type { SharedChannel } from '../tap/channel.ts'
import type { DropQuestion } from '../tap/drop-counters.ts'
import type { CaptureSockets } from '../tap/sockets.ts'

/** A folder or file of the host that the server sees. */
export interface Share {
  readonly source: string
  /** Where it appears in the sandbox. */
  readonly target: string
  readonly write: boolean
}

/** A container image that the server runs in: one of mcp-run's own, by what it runs, or the server's. */
export type ServerImage =
  | { readonly kind: 'runner'; readonly runner: 'node' | 'python' | 'git' }
  | {
      readonly kind: 'image'
      readonly name: string
      /** Null: the image's own. */
      readonly entrypoint: readonly string[] | null
      /** `image`: as the image says, root included; else an image that says root runs as somebody else. */
      readonly user: 'non-root' | 'image' | { readonly id: string }
      readonly volumes: readonly NamedVolume[]
      /** In memory, writable, empty at the start. */
      readonly tmpfs: readonly string[]
      /** Null: the engine's own. */
      readonly platform: string | null
      readonly pull: 'always' | 'missing' | 'never'
    }

/** A volume that the engine keeps. */
export interface NamedVolume {
  /** Null: one that goes with the container. */
  readonly name: string | null
  readonly target: string
  readonly write: boolean
}

/** What is to run in a sandbox, and what it is given. */
export interface LaunchSpec {
  /**
   * Program (a path in the sandbox, or a name to be looked up in its PATH) and arguments; with a server's own image
   * the arguments of its entrypoint, none meaning the image's own.
   */
  readonly command: readonly string[]
  /** The server's whole environment; over what the server's own image says. */
  readonly env: Readonly<Record<string, string>>
  /** Working folder, as a path in the sandbox. Null: as the server's own image says, else its HOME. */
  readonly cwd: string | null
  /** The host's folder that becomes the server's HOME. */
  readonly home: string
  readonly shares: readonly Share[]
  /** Ports of the host's loopback that the recorder serves in the sandbox. */
  readonly hostLoopbackPorts: readonly number[]
  /** Where the backend runs images. Absent: the runner of node. */
  readonly image?: ServerImage
}

export interface ServerExit {
  /** Why the server was never reached, or its sandbox was lost; null when it ran to its own end. */
  readonly failure: McpRunError | null
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface RunningServer {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<ServerExit>
  /** Signals the server itself; SIGKILL ends everything in the sandbox. */
  kill(signal: NodeJS.Signals): void
}

/** Where the recorder's sockets in the sandbox are: in this process, or in one at the end of a channel. */
export type Capture =
  | {
      readonly kind: 'sockets'
      readonly sockets: CaptureSockets
      /** Asks the kernel for its counts of drops, where this process may not. */
      readonly askDrops?: (question: DropQuestion) => void
    }
  | { readonly kind: 'channel'; readonly channel: SharedChannel }

/** A sandbox that holds nothing yet but the recorder's sockets. */
export interface OpenSandbox {
  /** Rejects with `sandbox-unavailable` or `capture-failed`. */
  readonly capture: Promise<Capture>
  /**
   * Puts the limits in force, and says in sentences what of them, or else, could not be. Rejects with
   * `sandbox-unavailable` when they are required and cannot be had.
   */
  limit(limits: Profile['limits']): Promise<readonly string[]>
  /**
   * Begins what can be made for a launch while the capture is still coming up, under those limits: nothing of the
   * server's runs. `launch` tells what failed of it.
   */
  prepare(spec: LaunchSpec, limits: Profile['limits']): void
  /** Starts the server, which was prepared or not. Rejects as `capture` does; nothing is left running then. */
  launch(spec: LaunchSpec): Promise<RunningServer>
  /** Ends whatever there is. Safe at any time, any number of times. */
  destroy(): void
}

export interface SandboxBackend {
  readonly name: 'native' | 'docker'
  /** Where the server's HOME appears in the sandbox. */
  readonly homePath: string
  /** Whether a file of the host is in every sandbox, at the same path. */
  holds(path: string): boolean
  /** The id on the host that the server's files must belong to, where that is not mcp-run's own user. */
  readonly owner: { readonly uid: number; readonly gid: number } | null
  /** Null: the host's own. */
  nodeRuntime(): Promise<NodeRuntime | null>
  /** The same of Python. */
  pythonRuntime(): Promise<PythonRuntime | null>
  /** Begins at once: the network namespace is made while the caller reads its profile. */
  open(): OpenSandbox
}
