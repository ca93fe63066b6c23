import { execFileSync } from 'node:child_process'
import { cpus, release, totalmem } from 'node:os'

/** `2 cores (model), 23 GiB, Linux 6.1, node 20.19.0`. */
export function describeMachine(): string {
  const cores = cpus()
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cores.length} cores (${cores[0]?.model ?? 'unknown'}), ${memory} GiB, Linux ${release()}, node ${process.versions.node}`
}

/** What a program says of its version, in one line; null where it is not installed. */
export function versionOf(argv: readonly [string, ...string[]]): string | null {
  const [program, ...args] = argv
  try {
    const output = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    return /\d+(?:\.\d+)+/.exec(output)?.[0] ?? output.split('\n', 1)[0] ?? ''
  } catch {
    return null
  }
}
