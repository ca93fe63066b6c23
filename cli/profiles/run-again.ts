import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT } from '../../runtime/model/errors.ts'
import type { LoadedProfile, RecordedRun } from '../../runtime/model/profile.ts'
import { removeTree } from '../../runtime/packages/tree-files.ts'
import { ownVersion } from '../paths.ts'
import { say } from '../run/say.ts'
import { askTools } from './ask-tools.ts'
import type { RunAgain } from './compare.ts'
import { contactedHosts } from './contacted.ts'
import { Ended, startConversation } from './conversation.ts'

export interface RunAgainOptions {
  readonly sandbox: string
  readonly waitMs: number
  /** Ends the run, whose outcome then says nothing. */
  readonly signal: AbortSignal
}

/** The client's two seconds for each step of an ending, and some for a machine that is busy. */
const END_MS = 15_000
const TAIL = 20_000

/** Makes a recorded run once more, through mcp-run itself, in a store and a folder that are gone afterwards. */
export async function runAgain(
  loaded: LoadedProfile,
  recorded: RecordedRun,
  { sandbox, waitMs, signal }: RunAgainOptions,
): Promise<RunAgain> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-run-check-')))
  const [store, cwd] = [join(folder, 'store'), join(folder, 'work')]
  mkdirSync(cwd)
  const { args, call } = inFolder({ args: recorded.args, call: recorded.call }, cwd)
  const options = ['--store', store, '--sandbox', sandbox, '--profile', loaded.files.at(-1) ?? '']
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...options, ...args], {
    cwd,
    env: environment(loaded, recorded),
    stdio: 'pipe',
  })
  const closed = once(child, 'close')
  const end = () => child.kill()
  signal.addEventListener('abort', end)
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-TAIL)
  })
  try {
    const outcome = await askTools(startConversation(child), call, ownVersion()).then(
      (failure) => ({ failure, started: true }) as const,
      (error: Error) => ({ error, started: false }) as const,
    )
    if (outcome.started) await sleep(waitMs, undefined, { signal }).catch(() => undefined)
    child.stdin.end()
    const killing = setTimeout(() => child.kill('SIGKILL'), END_MS)
    const [code] = (await closed) as [number | null]
    clearTimeout(killing)
    const hosts = contactedHosts(store, Date.now())
    if (outcome.started) return { hosts, failure: outcome.failure, absent: false }
    const failure = `does not start: ${reason(outcome.error, stderr)}`
    return { hosts, failure, absent: hosts.length === 0 && code === EXIT.usage }
  } finally {
    signal.removeEventListener('abort', end)
    child.kill('SIGKILL')
    await removeTree(folder).catch((error: Error) => say(`${folder} is left behind: ${error.message}`))
  }
}

/** The values of the record alone: what the user has set of them is the user's. */
function environment({ profile }: LoadedProfile, { env }: RecordedRun): NodeJS.ProcessEnv {
  const handedOn = new Set(profile.env.pass)
  const others = Object.entries(process.env).filter(([name]) => !handedOn.has(name))
  return { ...Object.fromEntries(others), ...env }
}

/** With the folder's path in place of `${CWD}`, wherever it stands. */
function inFolder<T>(value: T, cwd: string): T {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the profile's own placeholder
  return JSON.parse(JSON.stringify(value).replaceAll('${CWD}', JSON.stringify(cwd).slice(1, -1)))
}

/** Of an end: the line before mcp-run's hint, which is its error; else the server's last one; else the last. */
function reason(error: Error, stderr: string): string {
  if (!(error instanceof Ended)) return error.message
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const hint = lines.findLastIndex((line) => line.startsWith('mcp-run: try: '))
  const said = lines[hint - 1] ?? lines.findLast((line) => !line.startsWith('mcp-run: ')) ?? lines.at(-1)
  return said?.replace(/^mcp-run: /, '').slice(0, 300) ?? error.message
}
