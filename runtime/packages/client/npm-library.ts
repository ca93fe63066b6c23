import { createRequire } from 'node:module'
import { dirname } from 'node:path'

/** The options that npm's own libraries take: where its registries are, and what it logs in with. */
export type NpmOptions = Readonly<Record<string, unknown>>

export interface Packument {
  readonly name?: string
  readonly time?: Readonly<Record<string, string>>
  readonly 'dist-tags'?: Readonly<Record<string, string>>
  readonly versions?: Readonly<Record<string, VersionManifest>>
  readonly maintainers?: readonly unknown[]
}

export interface VersionManifest {
  readonly name?: string
  readonly version?: string
  readonly _npmUser?: unknown
  readonly maintainers?: readonly unknown[]
  readonly dist?: {
    readonly integrity?: string
    readonly signatures?: readonly { readonly keyid?: string; readonly sig?: string }[]
    readonly attestations?: { readonly url?: string }
  }
}

/** What of npm's own libraries is used: those of the npm that installs, loaded as they are needed. */
export interface NpmLibrary {
  readonly options: NpmOptions
  readonly fetch: {
    /** As npm fetches tarballs: with the credentials that are for that address. */
    (url: string, options: NpmOptions): Promise<{ readonly body: NodeJS.ReadableStream }>
    json(path: string, options: NpmOptions): Promise<unknown>
    pickRegistry(spec: string, options: NpmOptions): string
  }
  load(name: string): unknown
}

interface ConfigLibrary {
  new (options: Readonly<Record<string, unknown>>): { load(): Promise<void>; readonly flat: NpmOptions }
}

/** Throws where this npm has no such libraries. */
export async function openNpmLibrary(npmCli: string, settings: readonly string[]): Promise<NpmLibrary> {
  const load = createRequire(npmCli)
  const Config = load('@npmcli/config') as ConfigLibrary
  const { definitions, flatten, shorthands, nerfDarts } = load('@npmcli/config/lib/definitions')
  const npmPath = dirname(dirname(npmCli))
  const argv = [process.execPath, npmCli, ...settings]
  const config = new Config({ npmPath, definitions, flatten, shorthands, nerfDarts, argv, warn: false })
  await config.load()
  return { options: config.flat, fetch: load('npm-registry-fetch'), load }
}
