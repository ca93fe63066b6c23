import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive, pidOf, processToken } from '../model/process-identity.ts'

const POLL_MS = 100

/**
 * Runs `work` while holding `file`, so that of several first starts one installs and the others wait for
 * it. `onWait` is told the holder's process id, once a holder. A holder that died is succeeded. It only saves
 * work: an installation that runs twice all the same does no harm, for each has a stage of its own.
 */
export async function withInstallLock<T>(
  file: string,
  onWait: (pid: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  const token = processToken()
  let told = ''
  while (!claim(file, token)) {
    const holder = holderOf(file)
    if (holder !== null && !isAlive(holder)) {
      evict(file, holder, token)
      continue
    }
    if (holder !== null && holder !== told) {
      onWait(pidOf(holder))
      told = holder
    }
    await pause(POLL_MS)
  }
  try {
    return await work()
  } finally {
    if (holderOf(file) === token) rmSync(file, { force: true })
  }
}

/** The file appears with its content or not at all. */
function claim(file: string, token: string): boolean {
  const own = `${file}.${token}`
  writeFileSync(own, token, { mode: 0o644 })
  try {
    linkSync(own, file)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(own, { force: true })
  }
}

function holderOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

/** Moves the dead holder's file away. If another process has done so meanwhile and holds it now, puts it back. */
function evict(file: string, holder: string, token: string): void {
  const aside = `${file}.${token}`
  try {
    renameSync(file, aside)
    if (holderOf(aside) !== holder) linkSync(aside, file)
  } catch {
    // Somebody else was faster; the next round sees what is there.
  }
  rmSync(aside, { force: true })
}
