import type { ChildProcess } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Reads a program to its end with its stdin left open, as a client leaves it: else mcp-run ends the server. */
export async function runToEnd(child: ChildProcess, timeoutMs: number): Promise<Ended> {
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const closed = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const [stdout, stderr, end] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    closed,
  ])
  clearTimeout(timer)
  child.stdin?.destroy()
  return { ...end, stdout, stderr }
}
