/** The node and npm that packages are installed and run with. Paths are the sandbox's. */
export interface NodeRuntime {
  readonly node: string
  /** npm's command-line script. */
  readonly npmCli: string
  /** Files and folders of the host that the sandbox must be shown for it; none where its image has them. */
  readonly shows: readonly string[]
  /** `v20.20.2` */
  readonly version: string
  /** Packages that were installed under one key run under the same: `node20-x64`. */
  readonly key: string
}

/** `kind` tells apart what is installed for the host's own libraries from what is installed for an image's. */
export function runtimeKey(version: string, arch: string, kind: 'host' | 'image'): string {
  const key = `node${version.replace(/^v/, '').split('.')[0]}-${arch}`
  return kind === 'host' ? key : `${key}-image`
}
