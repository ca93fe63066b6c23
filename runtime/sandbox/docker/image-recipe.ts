import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type KoffiSources, koffiParts } from './koffi-parts.ts'

export type ImageRole = 'tap' | 'node' | 'python' | 'git'

/** Where this installation keeps what images are made of. */
export interface ImageSources extends KoffiSources {
  /** Folder of the Dockerfiles. */
  readonly dockerfiles: string
  /** Runs in the tap's image too. */
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
  readonly gather: (folder: string) => Promise<void>
}

const HASH_LENGTH = 16

export function imageRecipe(role: ImageRole, sources: ImageSources, arch: string): ImageRecipe {
  const dockerfile = join(sources.dockerfiles, `${role}.Dockerfile`)
  const base = sources.base[role]
  const hash = createHash('sha256')
    .update(`${arch}\0${base ?? ''}\0`)
    .update(readFileSync(dockerfile))
  const koffi = role === 'tap' ? koffiParts(sources, arch) : null
  const programs = role === 'tap' ? [sources.tap, sources.recorder] : []
  for (const program of programs) hash.update(readFileSync(program))
  hash.update(koffi?.identity ?? '')
  return {
    role,
    tag: `mcp-run/${role}:${hash.digest('hex').slice(0, HASH_LENGTH)}`,
    dockerfile,
    base,
    gather: async (folder) => {
      cpSync(dockerfile, join(folder, 'Dockerfile'))
      if (koffi === null) return
      const files = join(folder, 'files')
      mkdirSync(files)
      for (const program of programs) cpSync(program, join(files, basename(program)))
      await koffi.gather(join(files, 'node_modules'))
    },
  }
}
