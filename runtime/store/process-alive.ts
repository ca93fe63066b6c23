import { readFileSync } from 'node:fs'

/** What tells one process from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks after boot at which it started: field 22 of /proc/PID/stat (proc_pid_stat(5)). */
  readonly pidStart: number
  readonly bootId: string
}

export function processIdentity(pid: number = process.pid): ProcessIdentity {
  return { pid, pidStart: statOf(pid)?.start ?? 0, bootId: currentBoot() }
}

/** False once the process has ended: also while its parent has not yet collected it, and after a reboot. */
export function processAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== currentBoot()) return false
  const stat = statOf(identity.pid)
  return stat !== null && stat.start === identity.pidStart && !'ZX'.includes(stat.state)
}

function statOf(pid: number): { state: string; start: number } | null {
  try {
    // The second field is the program's name in brackets and may itself hold spaces and brackets.
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? 'X', start: Number(fields[19]) }
  } catch {
    return null
  }
}

function currentBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}
