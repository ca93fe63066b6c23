import { readFileSync } from 'node:fs'

/**
 * The server's own process, two below bubblewrap's: bubblewrap's helper is the first process of the pid
 * namespace, and the server is that one's first child. Null before it exists and after it has ended.
 */
export function serverProcess(bubblewrap: number): number | null {
  const first = firstChild(bubblewrap)
  return first === null ? null : firstChild(first)
}

/**
 * Ends a sandbox whatever it is at: its first process, which leads a group, by that signal, all others at once. bubblewrap's
 * helper is tied to bubblewrap late, some milliseconds after it was made: until it leaves the group it ends with that,
 * and from then on it is known as the first child.
 */
export function endTree(leader: number, signal: NodeJS.Signals): void {
  const helper = firstChild(leader)
  const all = [
    [leader, signal],
    [helper, 'SIGKILL'],
    [-leader, 'SIGKILL'],
  ] as const
  for (const [pid, number] of all) {
    try {
      if (pid !== null) process.kill(pid, number)
    } catch {
      // It ended a moment ago.
    }
  }
}

function firstChild(pid: number): number | null {
  try {
    const child = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]
    return child === undefined || child === '' ? null : Number(child)
  } catch {
    return null
  }
}
