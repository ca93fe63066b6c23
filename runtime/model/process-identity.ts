import { randomBytes } from 'node:crypto'
import { processOf, runsSince } from './process-table.ts'

let ownStart: number | null = null

/** A name for something that a process holds, from which others can tell whether that process still lives. */
export function processToken(pid = process.pid): string {
  const start = pid === process.pid ? startOfOwn() : processOf(pid)?.start
  return `${pid}-${start ?? 0}-${randomBytes(4).toString('hex')}`
}

/** Whether the process that made this token is alive: its id is in use, and by one that started then. */
export function isAlive(token: string): boolean {
  const match = /^(\d{1,10})-(\d{1,20})-[0-9a-f]+$/.exec(token)
  return match !== null && runsSince(Number(match[1]), Number(match[2]))
}

export function pidOf(token: string): number {
  return Number(token.split('-')[0])
}

/** It is asked for at each start, several times. */
function startOfOwn(): number {
  ownStart ??= processOf(process.pid)?.start ?? 0
  return ownStart
}
