import type { Readable, Writable } from 'node:stream'
import type { Profile } from '../model/profile.ts'
import type { CaptureSockets } from '../tap/sockets.ts'

/** A folder or file of the host that the server sees. */
export interface Share {
  readonly source: string
  /** Where it appears in the sandbox. */
  readonly target: string
  readonly write: boolean
}

/** What is to run in a sandbox, and what it is given. */
export interface LaunchSpec {
  /** Program (a path in the sandbox, or a name to be looked up in its PATH) and arguments. */
  readonly command: readonly string[]
  /** The server's whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** Working folder, as a path in the sandbox. */
  readonly cwd: string
  /** The host's folder that becomes the server's HOME. */
  readonly home: string
  readonly shares: readonly Share[]
  /** Ports of the host's loopback that the recorder serves in the sandbox. */
  readonly hostLoopbackPorts: readonly number[]
}

export interface ServerExit {
  /** False when the server's program was never reached: its sandbox could not be completed, or it is not there. */
  readonly began: boolean
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

/** A sandbox that holds nothing yet but the recorder's sockets. */
export interface OpenSandbox {
  /** Rejects with `sandbox-unavailable` or `capture-failed`. */
  readonly sockets: Promise<CaptureSockets>
  /**
   * Puts the limits in force, and says in sentences which of them could not be. Rejects with
   * `sandbox-unavailable` when they are required and cannot be had.
   */
  limit(limits: Profile['limits']): readonly string[]
  /** Starts the server. Rejects as `sockets` does; nothing is left running then. */
  launch(spec: LaunchSpec): Promise<RunningServer>
  /** Connections of the server's that nobody could accept, for lack of room: for when it has ended. */
  unaccepted(): number
  /** Ends whatever there is. Safe at any time, any number of times. */
  destroy(): void
}

export interface SandboxBackend {
  readonly name: 'native'
  /** Where the server's HOME appears in the sandbox. */
  readonly homePath: string
  /** Begins at once: the network namespace is made while the caller reads its profile. */
  open(): OpenSandbox
}
