import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { McpRunError } from '../../model/errors.ts'

export type ImageRole = 'tap' | 'node' | 'python' | 'git'

/** Where this installation keeps what images are made of. */
export interface ImageSources {
  /** Folder of the Dockerfiles. */
  readonly dockerfiles: string
  /** The programs that run in the tap's image. */
  readonly tap: string
  readonly recorder: string
  /** An image to build on, in place of the public ones; null where none is set. */
  readonly base: Readonly<Record<ImageRole, string | null>>
}

/** One of mcp-run's own images: what it is made of, and the name that follows from that. */
export interface ImageRecipe {
  readonly role: ImageRole
  /** `mcp-run/tap:1f3a…`: other content, other name. */
  readonly tag: string
  readonly dockerfile: string
  readonly base: string | null
  /** Puts what the Dockerfile copies into the folder. */
  readonly gather: (folder: string) => void
}

const HASH_LENGTH = 16

export function imageRecipe(role: ImageRole, sources: ImageSources, arch: string): ImageRecipe {
  const dockerfile = join(sources.dockerfiles, `${role}.Dockerfile`)
  const base = sources.base[role]
  const hash = createHash('sha256')
    .update(`${arch}\0${base ?? ''}\0`)
    .update(readFileSync(dockerfile))
  const koffi = role === 'tap' ? koffiFolders(sources.tap, arch) : []
  const programs = role === 'tap' ? [sources.tap, sources.recorder] : []
  for (const program of programs) hash.update(readFileSync(program))
  for (const folder of koffi) hash.update(readFileSync(join(folder, 'package.json')))
  return {
    role,
    tag: `mcp-run/${role}:${hash.digest('hex').slice(0, HASH_LENGTH)}`,
    dockerfile,
    base,
    gather: (folder) => {
      cpSync(dockerfile, join(folder, 'Dockerfile'))
      if (role !== 'tap') return
      const modules = join(folder, 'files', 'node_modules')
      mkdirSync(modules, { recursive: true })
      for (const program of programs) cpSync(program, join(folder, 'files', basename(program)))
      for (const from of koffi) {
        const scope = basename(dirname(from))
        const to = scope.startsWith('@')
          ? join(modules, scope, basename(from))
          : join(modules, basename(from))
        cpSync(from, to, { recursive: true, dereference: true })
      }
    },
  }
}

/** The library and its binary for Linux on that processor: npm packages, the second only where npm put it. */
function koffiFolders(tap: string, arch: string): readonly string[] {
  const library = dirname(createRequire(tap).resolve('koffi'))
  const binary = join(dirname(library), '@koromix', `koffi-linux-${arch}`)
  if (existsSync(binary)) return [library, binary]
  throw new McpRunError('sandbox-unavailable', `koffi's binary for linux-${arch} is not installed`, {
    hint: `npm install --no-save --force @koromix/koffi-linux-${arch}, where mcp-run is installed`,
  })
}
