import { type ChildProcess, spawn } from 'node:child_process'
import { performance } from 'node:perf_hooks'

/** The first start of all installs packages. */
const ANSWER_MS = 120_000
const END_MS = 5000

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  },
}

/** How a server is started. */
export interface Start {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
}

export interface Answered {
  /** From before the spawn until the answer's last byte. */
  readonly ms: number
  readonly pid: number
  /** Ends it as a client does: stdin closed, then a kill of all that is left. */
  end(): Promise<void>
}

/** Starts a server, asks it to initialize, and waits for the answer. Rejects with its stderr. */
export async function firstAnswer(
  { argv, cwd }: Start,
  env: Readonly<Record<string, string>>,
): Promise<Answered> {
  const began = performance.now()
  const [program, ...args] = argv
  const child = spawn(program, args, { cwd, env, detached: true })
  child.stdin.on('error', () => undefined)
  child.stdin.write(`${JSON.stringify(INITIALIZE)}\n`)
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const end = () => endAsClient(child, exited)
  try {
    const ms = (await answerAt(child)) - began
    return { ms, pid: child.pid ?? 0, end }
  } catch (error) {
    await end()
    throw error
  }
}

function answerAt(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let text = ''
    let errors = ''
    const fail = (why: string): void => {
      clearTimeout(timer)
      reject(new Error(`${child.spawnargs.join(' ')}: ${why}: ${errors.trim()}`))
    }
    const timer = setTimeout(() => fail('no answer'), ANSWER_MS)
    child.stderr?.on('data', (chunk) => {
      errors = `${errors}${chunk}`.slice(-2000)
    })
    child.stdout?.on('data', (chunk) => {
      text += chunk
      if (!text.split('\n').slice(0, -1).some(isAnswer)) return
      clearTimeout(timer)
      resolve(performance.now())
    })
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code) => fail(`ended with ${code}`))
  })
}

function isAnswer(line: string): boolean {
  return line.startsWith('{') && line.includes('"id":0') && line.includes('"result"')
}

async function endAsClient(child: ChildProcess, exited: Promise<void>): Promise<void> {
  child.stdin?.end()
  const timer = setTimeout(() => killGroup(child), END_MS)
  await exited
  clearTimeout(timer)
  killGroup(child)
}

function killGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {
    // Nobody is left.
  }
}
