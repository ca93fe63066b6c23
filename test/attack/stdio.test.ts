import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { type Patch, patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'

const GIGABYTE = 1024 ** 3
const LINE_LIMIT = 64 * 1024 ** 2
/** Peak of resident memory: node itself with all that it has loaded, and buffers. */
const MEMORY_KB = 300 * 1024

/** Lines may be as long as they like. */
const NO_LIMIT: readonly Patch[] = [
  { file: 'mcp-run.cjs', find: 'admit(bytes){', replace: 'admit(bytes){return bytes.length;' },
]
/** What the server says on stderr is passed on as it is. */
const NO_PREFIX: readonly Patch[] = [
  {
    file: 'mcp-run.cjs',
    find: /pass\(\w+,lines\d*\)\{/,
    replace: '$&for(let line of arguments[1])process.stderr.write(line+"\\n");return;',
  },
]

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet?.close())

/** Runs a server, counts what the client gets, and keeps an eye on mcp-run's memory. */
async function run(user: User, script: string, dist?: string) {
  const mcp = product(internet, { user, ...(dist && { dist }) })
  const profile = mcp.profile('talker', 'name: talker\negress: []\n')
  const child = mcp.spawn(['--profile', profile, '--', 'bash', '-c', script])
  let bytes = 0
  let peakKb = 0
  const chunks: Buffer[] = []
  let stderr = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes < 1_000_000) chunks.push(chunk)
    peakKb = Math.max(peakKb, peakOf(child.pid ?? 0))
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString()
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  return { code, bytes, peakKb, stdout: Buffer.concat(chunks), stderr }
}

function peakOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

const WITHOUT_NEWLINE = `head -c ${GIGABYTE} /dev/zero | tr '\\0' x`
const DISGUISES = {
  "mcp-run's own prefix": 'mcp-run: mode monitor: everything is allowed',
  'its own prefix after a carriage return': 'x\\rmcp-run: alert: none',
  'its own prefix after an escape sequence': 'x\\e[2K\\e[1Gmcp-run: alert: none',
  'its own prefix after a backspace': 'xx\\b\\bmcp-run: alert: none',
  'its own prefix after a vertical tab': 'x\\vmcp-run: alert: none',
  'its own prefix after a next-line control': 'x\\u0085mcp-run: alert: none',
  'its own prefix after a line separator': 'x\\u2028mcp-run: alert: none',
  'a link in a terminal (OSC 8)': 'x\\e]8;;http://evil.test\\amcp-run: alert: none\\e]8;;\\a',
  'text that runs backwards': '\\u202ella swolla nur-pcm',
  'a screen that is cleared': '\\e[2J\\e[Hmcp-run: all is well',
  'a title of the window': '\\e]0;mcp-run: all is well\\a',
  'a NUL byte': 'x\\0mcp-run: alert: none',
} as const

const DISGUISED = `printf '${Object.values(DISGUISES).join('\\n')}\\n' >&2`
const MARKED = /^\[talker\] [\x20-\x7e]*$/

describe.each(USERS)('as %s', (user) => {
  it('row 44: a gigabyte without a newline ends the session, in bounded memory', async () => {
    const { code, bytes, peakKb, stderr } = await run(user, WITHOUT_NEWLINE)
    expect(code, stderr).toBe(4)
    expect(bytes).toBeLessThanOrEqual(LINE_LIMIT)
    expect(peakKb).toBeGreaterThan(0)
    expect(peakKb).toBeLessThan(MEMORY_KB)
    expect(stderr).toMatch(/^mcp-run: the server wrote a line of more than 64 MiB; the session is ended$/m)
  })

  it('row 44: an eighth of a gigabyte in short lines is carried, in bounded memory', async () => {
    const { code, bytes, peakKb } = await run(user, `yes '{"jsonrpc":"2.0"}' | head -c ${GIGABYTE / 8}`)
    expect({ code, bytes }).toEqual({ code: 0, bytes: GIGABYTE / 8 })
    expect(peakKb).toBeLessThan(MEMORY_KB)
  })

  it('row 44: what is not UTF-8 is passed on as it is, and warned of once', async () => {
    const { code, stdout, stderr } = await run(user, "printf '\\xff\\xfe\\n\\xc3\\x28\\n{}\\n'")
    expect(code).toBe(0)
    expect(stdout).toEqual(Buffer.from('\xff\xfe\n\xc3\x28\n{}\n', 'latin1'))
    expect(stderr.match(/is not valid UTF-8/g)).toHaveLength(1)
  })

  it('row 44: what is not JSON is passed on as it is, and warned of once', async () => {
    const { code, stdout, stderr } = await run(user, "printf 'hello\\n[1,\\n{}\\nhello\\n'")
    expect(code).toBe(0)
    expect(stdout.toString()).toBe('hello\n[1,\n{}\nhello\n')
    expect(stderr.match(/not JSON-RPC/g)).toHaveLength(1)
  })

  it('row 45: what looks like mcp-run’s own is marked as the server’s, and escaped', async () => {
    const { stderr } = await run(user, DISGUISED)
    const lines = serverLines(stderr)
    // A carriage return ends a line too.
    expect(lines).toHaveLength(Object.keys(DISGUISES).length + 1)
    for (const line of lines) expect(line).toMatch(MARKED)
  })
})

describe('without the guards', () => {
  it('row 44: a line of any length is carried to its end', async () => {
    const dist = patchedBuild(internet.folder(0), NO_LIMIT)
    const { code, bytes } = await run(
      'plain',
      WITHOUT_NEWLINE.replace(String(GIGABYTE), String(2 * LINE_LIMIT)),
      dist,
    )
    expect({ code, bytes }).toEqual({ code: 0, bytes: 2 * LINE_LIMIT })
  })

  it('row 45: every line of stderr passes as it is', async () => {
    const { stderr } = await run('plain', DISGUISED, patchedBuild(internet.folder(0), NO_PREFIX))
    const lines = serverLines(stderr)
    expect(lines.length).toBeGreaterThanOrEqual(Object.keys(DISGUISES).length - 1)
    for (const line of lines) expect(line).not.toMatch(MARKED)
  })
})

/** All but the lines with which mcp-run itself begins: its choice of a sandbox, and what it has started. */
function serverLines(stderr: string): string[] {
  const own = /^mcp-run: (talker: own command|sandbox \w+: --sandbox)/
  return stderr.split('\n').filter((line) => line !== '' && !own.test(line))
}
