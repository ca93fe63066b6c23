/** The Python that packages are installed and run with. */
export interface PythonRuntime {
  /** Absolute, as the sandbox has it. */
  readonly python: string
  /** `3.11.2` */
  readonly version: string
  /** Packages that were installed under one key run under the same: `python3.11-x64`. */
  readonly key: string
}

/** `kind` tells apart what is installed for the host's own libraries from what is installed for an image's. */
export function pythonKey(version: string, arch: string, kind: 'host' | 'image'): string {
  const key = `python${version.split('.').slice(0, 2).join('.')}-${arch}`
  return kind === 'host' ? key : `${key}-image`
}
