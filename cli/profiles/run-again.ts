import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT } from '../../runtime/model/errors.ts'
import type { LoadedProfile, RecordedRun } from '../../runtime/model/profile.ts'
import { ownVersion } from '../paths.ts'
import { askTools } from './ask-tools.ts'
import type { RunAgain } from './compare.ts'
import { contactedHosts } from './contacted.ts'
import { startConversation } from './conversation.ts'

export interface RunAgainOptions {
  readonly sandbox: string
  readonly waitMs: number
}

/** The client's two seconds for each step of an ending, and some for a machine that is busy. */
const END_MS = 15_000
const TAIL = 20_000

/** Makes a recorded run once more, through mcp-run itself, in a store and a folder that are gone afterwards. */
export async function runAgain(
  loaded: LoadedProfile,
  recorded: RecordedRun,
  { sandbox, waitMs }: RunAgainOptions,
): Promise<RunAgain> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-run-check-')))
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
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
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-TAIL)
  })
  try {
    const problem = await askTools(startConversation(child), call, ownVersion()).then(
      (failure) => ({ failure, started: true }),
      (error: Error) => ({ failure: error.message, started: false }),
    )
    if (problem.started) await sleep(waitMs)
    child.stdin.end()
    const killing = setTimeout(() => child.kill('SIGKILL'), END_MS)
    const [code] = (await closed) as [number | null]
    clearTimeout(killing)
    const failure = problem.started ? problem.failure : `does not start: ${reason(stderr) ?? problem.failure}`
    const hosts = contactedHosts(store, Date.now())
    return { hosts, failure, absent: !problem.started && hosts.length === 0 && code === EXIT.usage }
  } finally {
    child.kill('SIGKILL')
    remove()
    process.off('exit', remove)
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

/** The line before mcp-run's hint, which is its error; else the server's last one; else the last. */
function reason(stderr: string): string | null {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const hint = lines.findLastIndex((line) => line.startsWith('mcp-run: try: '))
  const said = lines[hint - 1] ?? lines.findLast((line) => !line.startsWith('mcp-run: ')) ?? lines.at(-1)
  return said?.replace(/^mcp-run: /, '').slice(0, 300) ?? null
}
