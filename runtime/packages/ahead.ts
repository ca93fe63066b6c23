import { readFileSync } from 'node:fs'
import { McpRunError } from '../model/errors.ts'
import { withInstallLock } from './install-lock.ts'
import { type InstallOptions, installPackage } from './install-package.ts'
import type { PackageSpec } from './package-spec.ts'
import { type Pin, readPin } from './pin.ts'
import { readIndex, replaceFile } from './pin-index.ts'
import { askRegistry } from './staged.ts'

/** What a floating tag came to when it was last asked for. */
export interface Ahead {
  /** ISO 8601, UTC. */
  readonly askedAt: string
  /** The version that the tag means now, installed and ready; null: the pinned one, or one that was refused. */
  readonly pin: Pin | null
  /** Why the version that it means now is not taken, in a sentence with what helps; null where it is. */
  readonly refusal: string | null
}

const ASK_EVERY_MS = 24 * 3_600_000

/**
 * A tag that was asked for by its name. Ranges and bare names are pinned and stay so, and so does a package that was named
 * with others: one that moved would move them all.
 */
export function isFloating({ version, beside }: PackageSpec): boolean {
  return (
    beside === undefined && version !== null && /^[A-Za-z]/.test(version) && !/^[vVxX][\d.]*$/.test(version)
  )
}

export function aheadFile(indexFile: string): string {
  return indexFile.replace(/\.json$/, '.ahead')
}

export function readAhead(file: string): Ahead | null {
  try {
    const { askedAt, pin, refusal } = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof askedAt !== 'string' || Number.isNaN(Date.parse(askedAt))) return null
    return { askedAt, pin: readPin(pin), refusal: typeof refusal === 'string' ? refusal : null }
  } catch {
    return null
  }
}

export function writeAhead(file: string, ahead: Ahead): void {
  replaceFile(file, `${JSON.stringify(ahead, null, 2)}\n`)
}

/**
 * Asks what a floating tag means now, at most once a day, and installs that beside what runs: the next start takes it.
 * Meant for after a start: it takes as long as the registry does. What fails is asked again a day later.
 */
export async function lookAhead(options: InstallOptions, indexFile: string): Promise<void> {
  const file = aheadFile(indexFile)
  const now = (options.now ?? Date.now)()
  const isDue = () => {
    const asked = readAhead(file)?.askedAt ?? readIndex(indexFile)?.installedAt
    return asked !== undefined && now - Date.parse(asked) >= ASK_EVERY_MS
  }
  if (!isFloating(options.spec) || !isDue()) return
  await withInstallLock(
    `${file}.lock`,
    () => undefined,
    async () => {
      // Somebody else may have asked meanwhile.
      const kept = readIndex(indexFile)
      if (kept === null || !isDue()) return
      const askedAt = new Date(now).toISOString()
      // Written first: a registry that makes every attempt fail is not asked at every start.
      writeAhead(file, { askedAt, pin: null, refusal: null })
      const { version } = await askRegistry(options)
      if (version === kept.version) return
      try {
        const pin = await installPackage({ ...options, say: () => undefined, again: null })
        writeAhead(file, {
          askedAt,
          pin: { ...pin, replaces: kept.version, resembles: kept.resembles },
          refusal: null,
        })
      } catch (error) {
        if (!(error instanceof McpRunError)) throw error
        writeAhead(file, {
          askedAt,
          pin: null,
          refusal: [error.message, error.hint].filter(Boolean).join('; '),
        })
      }
    },
  )
}
