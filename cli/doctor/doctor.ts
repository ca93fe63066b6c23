import { spawnSync } from 'node:child_process'
import { release } from 'node:os'
import pc from 'picocolors'
import { EXIT } from '../../runtime/model/errors.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { ARCHITECTURES } from '../../runtime/sandbox/system-calls.ts'
import { ownPaths } from '../paths.ts'
import { type Check, missing, ok } from './check.ts'
import { checkInForce } from './in-force.ts'
import { checkTools } from './tools.ts'
import { checkUserNamespaces } from './user-namespaces.ts'

/** Says what this machine can do and what it lacks; with `fix`, adds it. Returns 0 when a sandbox can be had, else 3. */
export async function doctor({ fix }: { fix: boolean }): Promise<number> {
  const first = await examine()
  print(first)
  if (!fix || first.every(({ state }) => state !== 'missing')) return verdict(first)
  if (!mend(first)) return EXIT.sandbox
  process.stdout.write('\nAfter the fixes:\n')
  const second = await examine()
  print(second)
  return verdict(second)
}

async function examine(): Promise<readonly Check[]> {
  const basics = [checkMachine(), ...checkTools(), checkUserNamespaces()]
  return basics.some(({ state }) => state === 'missing')
    ? basics
    : [...basics, ...(await checkInForce(ownPaths().tap))]
}

function checkMachine(): Check {
  const text = `${process.platform} ${release()} ${process.arch}, node ${process.versions.node}, ${process.getuid?.() === 0 ? 'root' : 'a plain user'}`
  const known = process.platform === 'linux' && ARCHITECTURES[process.arch] !== undefined
  return known
    ? ok('machine', text)
    : missing('machine', `${text}: the native sandbox needs Linux on x64 or arm64`)
}

function print(checks: readonly Check[]): void {
  const marks = { ok: pc.green('ok     '), missing: pc.red('MISSING'), note: pc.yellow('note   ') }
  for (const { name, state, detail, fix } of checks) {
    process.stdout.write(`${marks[state]} ${name.padEnd(16)} ${escapeText(detail, 1000)}\n`)
    for (const command of fix ?? [])
      process.stdout.write(`          ${asRoot()}${command.map(quoted).join(' ')}\n`)
  }
}

function verdict(checks: readonly Check[]): number {
  const lacking = checks.filter(({ state }) => state === 'missing').length
  process.stdout.write(
    lacking === 0
      ? 'The native sandbox works here.\n'
      : `The native sandbox does not work here: ${lacking} missing.\n`,
  )
  return lacking === 0 ? 0 : EXIT.sandbox
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
