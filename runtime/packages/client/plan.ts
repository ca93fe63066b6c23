/** What the program in the installation's sandbox is told, as a JSON file. Paths are the sandbox's. */
export interface ClientPlan {
  readonly npmCli: string
  /** Settings on the command line: where npm's files are. */
  readonly settings: readonly string[]
  /** Whether npm is run first, with the arguments that follow the plan's own path. */
  readonly install: boolean
  /** What is wanted of registries: names, and a version, a range or a tag of each. */
  readonly packages: readonly WantedPackage[]
  /** Where those lie, in npm's list, that are of no registry. */
  readonly placed: readonly string[]
  /** npm's list of what it installed. */
  readonly lock: string
  /** The folder for what is fetched here. */
  readonly cache: string
  /** Where to write what was found. */
  readonly answer: string
}

/** An archive is to be fetched, and nothing else. */
export interface FetchPlan {
  readonly npmCli: string
  readonly settings: readonly string[]
  readonly url: string
  /** Where to write it. */
  readonly to: string
  /** More is not fetched. */
  readonly maxBytes: number
  /** What comes more slowly for so long is given up. */
  readonly slowest: { readonly bytesPerSecond: number; readonly seconds: number }
}

export interface WantedPackage {
  readonly name: string
  readonly version: string | null
}

/** What was found. It comes out of the sandbox, and is read as such. */
export interface ClientAnswer {
  readonly packages: readonly FoundPackage[]
  /** Of what they depend on. */
  readonly signed: number
  readonly unsigned: number
  /** Signatures that are wrong: `name@version`, and what of it. */
  readonly failed: readonly { readonly id: string; readonly why: string }[]
}

export interface FoundPackage {
  readonly name: string
  readonly version: string
  readonly integrity: string
  readonly registry: string
  readonly published: string | null
  /** When each version was published, by version; empty where the registry does not say. */
  readonly times: Readonly<Record<string, string>>
  readonly user: string | null
  readonly maintainers: readonly string[]
  readonly signature: { readonly state: string; readonly keyid?: string; readonly why?: string }
  readonly provenance: {
    readonly state: string
    readonly repository?: string
    readonly workflow?: string | null
    readonly commit?: string | null
    readonly why?: string
  }
}
