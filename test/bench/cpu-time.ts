import { readFileSync } from 'node:fs'

/** USER_HZ: the unit of /proc/PID/stat, 100 on every Linux architecture that Node runs on. */
const TICKS_A_SECOND = 100

/** CPU seconds that a process has used in all its threads, in user and kernel mode: proc(5). */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND
}
