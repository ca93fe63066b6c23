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
/** A few builds of mcp-run's files, or one for a few versions of Node. */
const MAX_KEPT = 24
/** How many times what is there. */
const WORTH_KEEPING = 1.02
const WRITABLE_BY_OTHERS = 0o022

/**
 * Loads a program of our own, and what it requires from its own folder, with what V8 made of them at an earlier start,
 * which is kept in `folder` and spares their compilation; null keeps nothing. What V8 made for another version of itself
 * it refuses, and compiles anew.
 */
export function loadCompiled(file: string, folder: string | null, keptAfterMs = KEPT_AFTER_MS): void {
  const loaded = new Map<string, Module>()
  load(file)

  function load(path: string): unknown {
    const before = loaded.get(path)
    if (before !== undefined) return before.exports
    const module = new Module(path)
    loaded.set(path, module)
    const require = createRequire(path)
    const beside = (name: string) => (name.startsWith('./') ? load(join(dirname(path), name)) : require(name))
    compiled(path).runInThisContext()(
      module.exports,
      Object.assign(beside, require),
      module,
      path,
      dirname(path),
    )
    return module.exports
  }

  function compiled(path: string): Script {
    const source = readFileSync(path, 'utf8').replace(/^#!.*/, '')
    const kept = folder === null ? null : keptFile(path, folder)
    const cachedData = kept === null ? undefined : readOwn(kept)
    const script = new Script(`(function(exports,require,module,__filename,__dirname){${source}\n})`, {
      filename: path,
      ...(cachedData !== undefined && { cachedData }),
    })
    const known = script.cachedDataRejected === true ? 0 : (cachedData?.length ?? 0)
    if (kept !== null) setTimeout(() => keep(kept, script, known), keptAfterMs).unref()
    return script
  }
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

/**
 * What has run since is added to what was `known`, in bytes, where it is more: an installation, a container and a session
 * that reads requests each run other parts. A start that keeps nothing is a start all the same.
 */
function keep(kept: string, script: Script, known: number): void {
  const folder = dirname(kept)
  try {
    const data = script.createCachedData()
    if (data.length < known * WORTH_KEEPING) return
    mkdirSync(folder, { mode: 0o700, recursive: true })
    const written = `${kept}.${process.pid}`
    const fd = openSync(written, 'w', 0o600)
    writeFileSync(fd, data)
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
