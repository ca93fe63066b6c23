import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** A name for something that a process holds, from which others can tell whether that process still lives. */
export function processToken(pid = process.pid): string {
  return `${pid}-${startOf(pid) ?? 0}-${randomBytes(4).toString('hex')}`
}

/** Whether the process that made this token is alive: its id is in use, and by one that started then. */
export function isAlive(token: string): boolean {
  const match = /^(\d{1,10})-(\d{1,20})-[0-9a-f]+$/.exec(token)
  return match?.[1] !== undefined && startOf(Number(match[1])) === match[2]
}

export function pidOf(token: string): number {
  return Number(token.split('-')[0])
}

/** Clock ticks since boot: field 22 of proc_pid_stat(5). The second field may hold blanks and brackets. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie holds nothing any more.
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}
