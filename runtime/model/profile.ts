import type { GivenSource } from './payload.ts'
import type { Mode } from './verdict.ts'

/**
 * What a flow's first bytes must be. `server-first` is dialled at once, before the client has said anything; so is
 * `smtp`, and its mails are read.
 */
export type EgressProtocol = 'tls' | 'http' | 'opaque' | 'server-first' | 'smtp'

/**
 * Whether TLS is ended and begun anew here, so that requests are read. `try`: a client that does not trust this
 * session's authority is let through unread from its second attempt on; `required`: it is denied.
 */
export type Inspect = 'no' | 'try' | 'required'

/** Requests that are declared, by what their head says. */
export interface RequestRule {
  /** In capitals; empty: any. */
  readonly methods: readonly string[]
  /** Of the path without its query: segments, `*` for any one of them, a last `**` for any rest, none included. */
  readonly paths: readonly string[]
}

/** A place in requests that says where something goes; a value there must come from somewhere. */
export interface SinkRule {
  /** As in an egress rule of kind `host`. */
  readonly host: string
  /** In capitals; empty: any. */
  readonly methods: readonly string[]
  /** As in a request rule. */
  readonly path: string
  /**
   * A JSON pointer whose segments may be `*` (any one) or `**` (any number), which also names the fields of forms and
   * parts; `header:NAME`; `query:NAME`; `path:2`, the path's second segment.
   */
  readonly field: string
  /** `destinations`: mail addresses, hosts and URLs in it; `any`: whatever it holds, as a whole. */
  readonly values: 'destinations' | 'any'
  readonly allow: readonly GivenSource[]
  readonly onUnexplained: 'block' | 'flag'
}

export interface EgressRuleBase {
  /** Never empty. 443 when the profile names none. */
  readonly ports: readonly number[]
  readonly transport: 'tcp'
  /** Default: `opaque` for host-loopback, `http` for port 80, `tls` for the other ports. */
  readonly protocol: EgressProtocol
  readonly purpose: string | null
}

export type EgressRule = EgressRuleBase &
  (
    | {
        readonly kind: 'host'
        /** Normalised name, or `*.` and a normalised name: any one or more whole labels in its place; not the apex. */
        readonly host: string
        /** CIDR blocks outside public space that this name may resolve to. */
        readonly resolves: readonly string[]
        /** For `tls`, `http` and `smtp`; `no` for the other protocols. */
        readonly inspect: Inspect
        /** Null: any request. Only with inspection. */
        readonly requests: readonly RequestRule[] | null
        /** Requests that only read, though their method does not say so. */
        readonly reads: readonly RequestRule[]
      }
    | { readonly kind: 'cidr'; readonly cidr: string }
    | { readonly kind: 'ip'; readonly ip: string }
    /** A service on the host's own loopback, which the server dials as localhost. */
    | { readonly kind: 'host-loopback' }
  )

export interface ProfilePackage {
  readonly registry: 'npm'
  readonly name: string
  /** An exact version, a range or a tag, as npm takes it. */
  readonly version: string
  /** Which of the package's commands; null: npx's rule. */
  readonly bin: string | null
  /**
   * Who may publish it: names of the registry's users, or repositories (`github.com/owner/name`) that an attestation
   * must then name. Empty: whoever published what was pinned last.
   */
  readonly publishers: readonly string[]
}

export interface ProfileImage {
  /** An OCI image reference, as it was written: `[HOST[:PORT]/]PATH[:TAG][@DIGEST]`. */
  readonly name: string
  /** In place of the image's own entrypoint, which null leaves. */
  readonly entrypoint: readonly string[] | null
  /** `non-root`: an image that declares root, or nobody, runs as an id without an account. `image`: as it declares. */
  readonly user: 'non-root' | 'image'
}

/** How command-line arguments that are existing paths of the host are shown to the server. */
export type PathArguments = 'none' | 'read' | 'write'

/** What one server declares. Every field is present: the loader fills in the defaults. */
export interface Profile {
  /** `[a-z0-9][a-z0-9._-]*`: the name of its history too. */
  readonly name: string
  readonly title: string | null
  readonly publisher: string | null
  readonly package: ProfilePackage | null
  /** In place of a package and a command: where it is not null, both are. */
  readonly image: ProfileImage | null
  /** Packages, by name, whose install scripts run. */
  readonly installScripts: readonly string[]
  /** Milliseconds that a version must have been published before it is installed; null: the program's default. */
  readonly minAge: number | null
  /** Program and arguments, in place of the package's own command or before the user's arguments. */
  readonly command: readonly string[] | null
  /** Arguments put before those of the command line. */
  readonly args: readonly string[]
  readonly pathArguments: PathArguments
  readonly env: {
    /** Names passed through from mcp-run's own environment, where set. */
    readonly pass: readonly string[]
    /** Fixed values; `${HOME}` stands for the sandbox's HOME, `${CWD}` for its working folder. */
    readonly set: Readonly<Record<string, string>>
  }
  readonly egress: readonly EgressRule[]
  readonly sinks: readonly SinkRule[]
  /** Values of the profile's own that a payload may name: addresses, hosts, channels. */
  readonly knownValues: readonly string[]
  /** Traffic while no call is open is an alert. */
  readonly alertBackground: boolean
  /** Ports of the host's loopback, 1024 to 65535, that lead to the same ports of the sandbox's loopback. */
  readonly callbackPorts: readonly number[]
  readonly files: {
    /** Absolute, `~/…` or relative to the working folder. */
    readonly read: readonly string[]
    readonly write: readonly string[]
  }
  readonly limits: {
    /** Bytes. */
    readonly memory: number | null
    /** Cores, fractions allowed. */
    readonly cpus: number | null
    readonly pids: number | null
    /** Refuse to start where the limits cannot be enforced. */
    readonly required: boolean
  }
  readonly mode: Exclude<Mode, 'read-only'>
  /** A profile whose package cannot be fetched says here how it is run instead. */
  readonly note: string | null
}

/** The run that a profile was made from. */
export interface RecordedRun {
  /** `YYYY-MM-DD`. */
  readonly date: string
  /** Of the package or the image. */
  readonly version: string
  readonly backend: 'native' | 'docker'
  /** Names, or addresses dialled without one, that the server asked for, declared or not. */
  readonly hosts: readonly string[]
  /** Dummy values, as they were given to mcp-run. */
  readonly env: Readonly<Record<string, string>>
  /** The server's arguments on the command line; `${CWD}` stands for the working folder, here and in the call. */
  readonly args: readonly string[]
  readonly call: {
    readonly tool: string
    readonly arguments: Readonly<Record<string, unknown>>
  } | null
}

/** A profile as loaded, with where it came from. */
export interface LoadedProfile {
  readonly profile: Profile
  /** The files it was made of, base first, then the user's own layer. */
  readonly files: readonly string[]
  /** No part of the meaning, so not of the digest. */
  readonly recorded: RecordedRun | null
  /** `sha256:` and 64 hex digits over the meaning (the canonical JSON of `profile`), not the text. */
  readonly digest: string
}
