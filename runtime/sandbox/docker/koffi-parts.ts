import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { McpRunError } from '../../model/errors.ts'

/** A package of npm's that is part of mcp-run, as its build pinned it. */
export interface PinnedPart {
  readonly name: string
  readonly version: string
  /** Subresource integrity of its archive. */
  readonly integrity: string
}

export interface KoffiSources {
  /** The library is found as this program finds it. */
  readonly tap: string
  /** Its binaries for Linux, by processor: see scripts/build.mjs. */
  readonly binaries: string
  /** Has npm put that package, and no other, into node_modules of the folder. Rejects with `sandbox-unavailable`. */
  readonly fetch: (part: PinnedPart, folder: string) => Promise<void>
}

/** What the tap's image has of koffi: the library, and its binary for Linux on the engine's processor. */
export interface KoffiParts {
  /** Changes with what they are. */
  readonly identity: string
  /** Puts both into a node_modules folder. */
  gather(modules: string): Promise<void>
}

/** Throws `sandbox-unavailable` where there is no binary for that processor. */
export function koffiParts({ tap, binaries, fetch }: KoffiSources, arch: string): KoffiParts {
  const library = dirname(createRequire(tap).resolve('koffi'))
  const pinned = JSON.parse(readFileSync(binaries, 'utf8')) as Readonly<Record<string, PinnedPart>>
  const part = pinned[arch]
  if (part === undefined) {
    throw new McpRunError('sandbox-unavailable', `mcp-run has nothing to run on linux-${arch}`, {
      hint: `a container engine on ${Object.keys(pinned).join(' or ')}`,
    })
  }
  // npm installs the one binary that this machine itself can load.
  const installed = join(dirname(library), part.name)
  return {
    identity: readFileSync(join(library, 'package.json'), 'utf8') + JSON.stringify(part),
    gather: async (modules) => {
      mkdirSync(join(modules, dirname(part.name)), { recursive: true })
      cpSync(library, join(modules, basename(library)), { recursive: true, dereference: true })
      const to = join(modules, part.name)
      if (existsSync(installed)) return cpSync(installed, to, { recursive: true, dereference: true })
      const fetched = join(dirname(modules), 'fetched')
      mkdirSync(fetched)
      await fetch(part, fetched)
      renameSync(join(fetched, 'node_modules', part.name), to)
      rmSync(fetched, { recursive: true })
    },
  }
}
