import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { Internet } from '../fixtures/internet/model.ts'

/** Some read hundreds of files before they listen. */
const START_MS = 90_000

/** A proxy that runs beside mcp-run, in the host's namespace. */
export interface RunningProxy {
  readonly label: string
  readonly pid: number
  end(): Promise<void>
}

/** Resolves when the program listens on the port. */
export async function startProxy(
  internet: Internet,
  port: number,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Omit<RunningProxy, 'label'>> {
  const child = internet.spawn(argv, { stdio: ['ignore', 'pipe', 'pipe'], env })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output = `${output}${chunk}`.slice(-2000)
    })
  }
  const until = Date.now() + START_MS
  const pid = child.pid ?? 0
  while (!listens(pid, port)) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`${argv.join(' ')}: ${output.trim()}`)
    await pause(50)
  }
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const end = (): Promise<void> => {
    child.kill('SIGTERM')
    return exited
  }
  return { pid, end }
}

/** Whether anybody in the process's network namespace listens there: proc(5), state 0A. */
function listens(pid: number, port: number): boolean {
  const local = port.toString(16).toUpperCase().padStart(4, '0')
  const listening = new RegExp(`:${local} [0:]+ 0A `)
  return ['tcp', 'tcp6'].some((table) => {
    try {
      return listening.test(readFileSync(`/proc/${pid}/net/${table}`, 'latin1'))
    } catch {
      return false
    }
  })
}
