import { readFileSync } from 'node:fs'
import { isLinux } from './host.ts'

export interface TabledProcess {
  /** Tells it from a later one with the same number: clock ticks after boot, elsewhere than on Linux seconds since 1970. */
  readonly start: number
  /** It holds nothing any more, and only waits to be collected. */
  readonly ended: boolean
}

/** Null: there is no process of this number. */
export function processOf(pid: number): TabledProcess | null {
  return isLinux() ? inProc(pid) : byPs(pid)
}

/** Whether the process of this number that started then still runs. */
export function runsSince(pid: number, start: number): boolean {
  const found = processOf(pid)
  return found !== null && found.start === start && !found.ended
}

let boot: string | null = null

/** Since this machine was started; empty where nothing tells. */
export function bootId(): string {
  boot ??= isLinux() ? bootInProc() : bootBySysctl()
  return boot
}

/** Field 22 of proc_pid_stat(5). The second field may hold blanks and brackets. */
function inProc(pid: number): TabledProcess | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { start: Number(fields[19]), ended: 'ZX'.includes(fields[0] ?? 'X') }
  } catch {
    return null
  }
}

/** Where ps does not tell when it started, a number that is in use is the process that had it. */
function byPs(pid: number): TabledProcess | null {
  const line = said('/bin/ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)])
  if (line === '') return null
  if (line === null) return isInUse(pid) ? { start: 0, ended: false } : null
  const [, state = '', started = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? []
  return { start: Date.parse(`${started} UTC`) / 1000 || 0, ended: state.startsWith('Z') }
}

function isInUse(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function bootInProc(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  } catch {
    return ''
  }
}

function bootBySysctl(): string {
  return said('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']) ?? ''
}

/** What a program of the system's says, in words of no country and no hour of its own; null where it cannot be run. */
function said(program: string, args: readonly string[]): string | null {
  // Only here: a start loads nothing that it has no use for.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { stdout, error } = spawnSync(program, args, { encoding: 'utf8', env: { LC_ALL: 'C', TZ: 'UTC0' } })
  return error === undefined ? stdout.trim() : null
}
