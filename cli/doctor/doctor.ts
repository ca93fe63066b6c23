import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import { EXIT } from '../../runtime/model/errors.ts'
import { hostName, isLinux } from '../../runtime/model/host.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { ARCHITECTURES } from '../../runtime/sandbox/system-calls.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import { ownPaths } from '../paths.ts'
import { type Check, missing, note, ok } from './check.ts'
import { examineEngine } from './engine.ts'
import { checkInForce } from './in-force.ts'
import { checkTools } from './tools.ts'
import { checkUserNamespaces } from './user-namespaces.ts'

/**
 * Says what this machine can do and what it lacks, for both sandboxes; with `fix`, adds it. Returns 0 when one of them
 * can be had, else 3.
 */
export async function doctor({ fix }: { fix: boolean }): Promise<number> {
  const store = storeFolder(undefined)
  const native = isLinux() && (await nativeWorks(fix))
  process.stdout.write('Container engine\n')
  const { checks, answers } = await examineEngine(ownPaths(), store, fix)
  print(
    isLinux()
      ? checks
      : [...checks, note('native', `the native sandbox is Linux's, and this is ${machine()}`)],
  )
  const container = answers && works(checks)
  const sentences = [...(isLinux() ? [sentence('native', native)] : []), sentence('container', container)]
  process.stdout.write(`\n${sentences.join(' ')}\n`)
  return native || container ? 0 : EXIT.sandbox
}

async function nativeWorks(fix: boolean): Promise<boolean> {
  process.stdout.write('Native sandbox\n')
  let native = await examineNative()
  print(native)
  if (fix && !works(native) && mend(native)) {
    process.stdout.write('\nAfter the fixes:\n')
    native = await examineNative()
    print(native)
  }
  process.stdout.write('\n')
  return works(native)
}

function works(checks: readonly Check[]): boolean {
  return checks.every(({ state }) => state !== 'missing')
}

function sentence(which: 'native' | 'container', works: boolean): string {
  const what = which === 'native' ? 'The native sandbox' : 'The sandbox in containers'
  return works ? `${what} works here.` : `${what} does not work here yet.`
}

async function examineNative(): Promise<readonly Check[]> {
  const basics = [checkMachine(), ...checkTools(), checkUserNamespaces()]
  if (!works(basics)) return basics
  const home = mkdtempSync(join(tmpdir(), 'mcp-run-doctor-'))
  try {
    const { nativeBackend } = await import('../../runtime/sandbox/native.ts')
    return [...basics, ...(await checkInForce(nativeBackend({ tapPath: ownPaths().tap }), home))]
  } catch (error) {
    return [...basics, missing('sandbox', error instanceof Error ? error.message : String(error))]
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function checkMachine(): Check {
  return ARCHITECTURES[process.arch] !== undefined
    ? ok('machine', machine())
    : missing('machine', `${machine()}: the native sandbox needs Linux on x64 or arm64`)
}

function machine(): string {
  const user = process.getuid?.() === 0 ? 'root' : 'a plain user'
  return `${hostName()} ${release()} ${process.arch}, node ${process.versions.node}, ${user}`
}

function print(checks: readonly Check[]): void {
  const marks = { ok: pc.green('ok     '), missing: pc.red('MISSING'), note: pc.yellow('note   ') }
  for (const { name, state, detail, fix } of checks) {
    process.stdout.write(`${marks[state]} ${name.padEnd(16)} ${escapeText(detail, 1000)}\n`)
    for (const command of fix ?? [])
      process.stdout.write(`          ${asRoot()}${command.map(quoted).join(' ')}\n`)
  }
}

/** Runs the fixes. False, and says so, when that needs root or one fails. */
function mend(checks: readonly Check[]): boolean {
  const commands = [
    ...new Map(checks.flatMap(({ fix }) => fix ?? []).map((one) => [one.join('\0'), one])).values(),
  ]
  if (process.getuid?.() !== 0) {
    process.stdout.write('\nThe fixes need root: sudo mcp-run doctor --fix, or the commands above.\n')
    return false
  }
  for (const command of commands) {
    process.stdout.write(`\n> ${command.map(quoted).join(' ')}\n`)
    const { status } = spawnSync(command[0] ?? '', command.slice(1), {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (status !== 0) {
      process.stdout.write(`it failed (${status})\n`)
      return false
    }
  }
  return true
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

function asRoot(): string {
  return process.getuid?.() === 0 ? '' : 'sudo '
}
