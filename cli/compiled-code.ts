import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import Module, { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { Script } from 'node:vm'

/** What has run by then is what the next start needs. */
const KEPT_AFTER_MS = 5000
/** Of one file; each build of it, and each Node, has another. */
const MAX_KEPT = 4
const WRITABLE_BY_OTHERS = 0o022

/**
 * Loads a program of our own with what V8 made of it at an earlier start, which is kept in `folder` and spares its
 * compilation; null keeps nothing. What V8 made for another version of itself it refuses, and compiles anew.
 */
export function loadCompiled(file: string, folder: string | null, keptAfterMs = KEPT_AFTER_MS): void {
  const source = readFileSync(file, 'utf8').replace(/^#!.*/, '')
  const kept = folder === null ? null : keptFile(file, folder)
  const cachedData = kept === null ? undefined : readOwn(kept)
  const script = new Script(`(function(exports,require,module,__filename,__dirname){${source}\n})`, {
    filename: file,
    ...(cachedData !== undefined && { cachedData }),
  })
  const module = new Module(file)
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  if (kept === null || (cachedData !== undefined && script.cachedDataRejected === false)) return
  setTimeout(() => keep(kept, script), keptAfterMs).unref()
}

/** It goes by the file as it is on the disk: another build of it is another file. */
function keptFile(file: string, folder: string): string {
  const { dev, ino, size, mtimeMs } = statSync(file)
  const which = [process.version, process.arch, dev, ino, size, Math.round(mtimeMs)].join('-')
  return join(folder, `${basename(file)}-${which}`)
}

/** Whoever writes it runs as this user: what is another's, or could be, is not read. */
function readOwn(kept: string): Buffer | undefined {
  try {
    const files = [dirname(kept), kept].map((path) => statSync(path))
    const own = files.every(({ uid, mode }) => uid === process.geteuid?.() && !(mode & WRITABLE_BY_OTHERS))
    return own ? readFileSync(kept) : undefined
  } catch {
    return undefined
  }
}

/** A start that keeps nothing is a start all the same. */
function keep(kept: string, script: Script): void {
  const folder = dirname(kept)
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true })
    const written = `${kept}.${process.pid}`
    const fd = openSync(written, 'w', 0o600)
    writeFileSync(fd, script.createCachedData())
    // V8 looks at its beginning alone: half of it must not be there after a power failure.
    fsyncSync(fd)
    closeSync(fd)
    renameSync(written, kept)
    const others = readdirSync(folder).map((name) => join(folder, name))
    const byAge = others.map((path) => ({ path, age: Date.now() - statSync(path).mtimeMs }))
    byAge.sort((a, b) => a.age - b.age)
    for (const { path } of byAge.slice(MAX_KEPT)) rmSync(path, { force: true })
  } catch {}
}
