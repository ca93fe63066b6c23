import type { EgressRule } from '../model/profile.ts'

/** As npm is configured. The URL may hold a password: never to be shown or stored. */
export interface NpmProxy {
  readonly url: string
  /** As NO_PROXY lists it. */
  readonly noProxy: string
}

/** A command for the sandbox, phase `install`. All paths are the host's, absolute. */
export interface InstallRequest {
  /** Program first. The program is visible to the sandbox read-only. */
  readonly argv: readonly string[]
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
  /** Files and folders visible read-only at the same path. */
  readonly read: readonly string[]
  /** Folders visible read-write at the same path. */
  readonly write: readonly string[]
  /** In one of the writable folders: what the sandbox has as its HOME. */
  readonly home: string
  readonly cwd: string
  /** The registry alone. */
  readonly egress: readonly EgressRule[]
  /** The proxy of npm's own configuration: for the recorder to dial, where nothing else names one. */
  readonly proxy: NpmProxy | null
  /** Whose image it runs in, with a container engine. Absent: node's. */
  readonly runner?: 'node' | 'python' | 'git'
  /** The package, as it was named. */
  readonly label: string
  /** Whether it has failed as soon as anything is refused: then it is ended soon, though it might wait for ever. */
  readonly endsWhenDenied: boolean
  /** After so long it is ended. Absent: it ends by itself. */
  readonly limitMs?: number
}

export interface InstallEnd {
  /** null: ended by `signal`. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stderrTail: string
  readonly stdoutTail: string
  /** Destinations that it asked for and that are not the registry's, as text; each was refused. */
  readonly denied: readonly string[]
  /** It was ended, as `limitMs` says. */
  readonly timedOut: boolean
}

/** Runs a command in the sandbox under the recorder, and resolves when every process of it has ended. */
export type InstallRun = (request: InstallRequest) => Promise<InstallEnd>
