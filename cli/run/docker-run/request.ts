/** What a `docker run` asks for, as far as a sandbox can give it. Nothing of it has been checked on the host yet. */
export interface ImageRequest {
  /** Whose command line it was. */
  readonly client: 'docker' | 'podman'
  /** The image's name as written; it has the form of one. */
  readonly image: string
  /** What follows the image: the program's arguments, or program and arguments. */
  readonly args: readonly string[]
  /** `-e K=V`. Values are secrets: they are never shown. */
  readonly env: Readonly<Record<string, string>>
  /** `-e K`: names whose values are the caller's own. */
  readonly pass: readonly string[]
  /** Paths as written. They hold before `env` and `pass`. */
  readonly envFiles: readonly string[]
  readonly mounts: readonly RequestedMount[]
  readonly volumes: readonly RequestedVolume[]
  /** Folders in the container, in memory. */
  readonly tmpfs: readonly string[]
  /** The program in place of the image's entrypoint; `''`: none, `args` begins with it; null: the image's. */
  readonly entrypoint: string | null
  readonly cwd: string | null
  /** `NAME|ID[:GROUP]`. */
  readonly user: string | null
  /** `--network none`: nothing is to be reached, whatever the profile declares. */
  readonly noNetwork: boolean
  readonly limits: RequestedLimits
  /** `OS/ARCHITECTURE[/VARIANT]` or one of them alone. */
  readonly platform: string | null
  readonly pull: PullPolicy | null
  /** What was left out, each once, for the person to know. */
  readonly ignored: readonly IgnoredOption[]
}

export interface RequestedMount {
  /** Absolute, or relative to the working folder with a dot in front. */
  readonly source: string
  /** Absolute, in the container. */
  readonly target: string
  readonly write: boolean
}

export interface RequestedVolume {
  /** Null: one without a name, which goes with the container. */
  readonly name: string | null
  readonly target: string
  readonly write: boolean
}

/** Null where nothing is asked for. */
export interface RequestedLimits {
  /** Bytes. */
  readonly memory: number | null
  /** Cores, fractions allowed. */
  readonly cpus: number | null
  readonly pids: number | null
}

export type PullPolicy = 'always' | 'missing' | 'never'

export interface IgnoredOption {
  /** `--publish`, never with its value. */
  readonly option: string
  readonly why: string
}
