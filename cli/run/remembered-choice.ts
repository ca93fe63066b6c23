import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../profiles/atomic-write.ts'
import { safeName } from '../../runtime/store/store-folder.ts'

export type SandboxName = 'docker' | 'native'

/** The sandbox that a server was last started in. */
export interface Choice {
  readonly sandbox: SandboxName
  /** ISO 8601, UTC. */
  readonly at: string
}

const MAX_BYTES = 4096

/**
 * `key`: what the user named, a profile or a package. A file each, so that two starts at once do not undo one another.
 * What is missing, or is no choice, is none.
 */
export function readChoice(store: string, key: string): Choice | null {
  const text = readSmallFile(choiceFile(store, key))
  return text === null ? null : asChoice(text)
}

/** Null; or, where the store cannot be written, why: a start does not fail for it. */
export function rememberChoice(store: string, key: string, choice: Choice): string | null {
  return attempt(() => writeFileAtomically(choiceFile(store, key), `${JSON.stringify(choice)}\n`))
}

function choiceFile(store: string, key: string): string {
  return join(store, 'choices', `${safeName(key)}.json`)
}

function asChoice(text: string): Choice | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null) return null
  const { sandbox, at } = value as Partial<Record<keyof Choice, unknown>>
  if ((sandbox !== 'docker' && sandbox !== 'native') || typeof at !== 'string') return null
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(at) ? { sandbox, at } : null
}

/** Null for what is no file of that size; never waits for a pipe. */
function readSmallFile(path: string): string | null {
  let descriptor: number | null = null
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const stat = fstatSync(descriptor)
    return stat.isFile() && stat.size <= MAX_BYTES ? readFileSync(descriptor, 'utf8') : null
  } catch {
    return null
  } finally {
    if (descriptor !== null) closeSync(descriptor)
  }
}

function attempt(act: () => void): string | null {
  try {
    act()
    return null
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}
