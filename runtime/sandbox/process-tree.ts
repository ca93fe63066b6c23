import { readFileSync } from 'node:fs'

/**
 * The server's own process, two below bubblewrap's: bubblewrap's helper is the first process of the pid
 * namespace, and the server is that one's first child. Null before it exists and after it has ended.
 */
export function serverProcess(bubblewrap: number): number | null {
  const first = firstChild(bubblewrap)
  return first === null ? null : firstChild(first)
}

function firstChild(pid: number): number | null {
  try {
    const child = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]
    return child === undefined || child === '' ? null : Number(child)
  } catch {
    return null
  }
}
