import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { hasHistory, history } from '../fixtures/product/history.ts'
import { nothingLeft, tracesOf } from '../fixtures/product/leftovers.ts'
import { type Patch, patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS } from '../fixtures/product/product.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { ON_DOCKER, startInternet } from '../fixtures/product/sandbox.ts'

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

const START = ['--', 'sh', '-c', 'echo started']

const BROKEN_NATIVELY: Readonly<Record<string, readonly [readonly Patch[], RegExp]>> = {
  'a tool is missing': [
    [{ file: 'mcp-run.cjs', find: 'nft:"nftables"', replace: 'nft:"nftables","no-such-tool":"missing"' }],
    /no-such-tool, not found/,
  ],
  'bubblewrap refuses': [
    [{ file: 'mcp-run.cjs', find: '"--disable-userns"', replace: '"--no-such-option"' }],
    /./,
  ],
}
const BROKEN_ON_DOCKER: Readonly<Record<string, readonly [readonly Patch[], RegExp]>> = {
  'the engine refuses': [
    [{ file: 'mcp-run.cjs', find: '"NET_ADMIN"', replace: '"NO_SUCH_RIGHT"' }],
    /the sandbox cannot be started: .*no_such_right/i,
  ],
}

describe.each(USERS)('as %s', (user) => {
  const refused = async (
    args: readonly string[],
    { dist, profile }: { dist?: string; profile?: string } = {},
  ) => {
    const mcp = product(internet, { user, ...(dist !== undefined && { dist }) })
    const file = mcp.profile('p', profile ?? 'name: p\negress: []\n')
    const result = await runOpen(
      mcp,
      args.map((word) => (word === 'PROFILE' ? file : word)),
    ).ended
    expect(result.stdout.toString()).toBe('')
    expect(hasHistory(mcp.store, 'p') ? history(mcp.store, 'p').sessions : []).toEqual([])
    return { code: result.code, stderr: result.stderr.toString(), file }
  }

  it.each<readonly [string, readonly string[], RegExp]>([
    ['nothing to run', [], /what is to be run/],
    ['an unknown option', ['--porfile', 'x', ...START], /--porfile/],
    ['an option without its value', ['--profile'], /--profile needs a value/],
    ['another mode', ['--profile', 'PROFILE', '--mode', 'off', ...START], /--mode off/],
    ['a command without a profile', START, /needs a profile/],
    ['no command after --', ['--profile', 'PROFILE', '--'], /no command follows --/],
    ['a profile that is not there', ['--profile', 'nosuch', ...START], /nosuch/],
    [
      'a profile with no package and no command',
      ['--profile', 'PROFILE'],
      /names no package, image or command/,
    ],
    ['a value in place of a name', ['--profile', 'PROFILE', '--pass-env', 'A=b', ...START], /not its value/],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await refused(args)
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr).toContain('mcp-run: try: ')
  })

  it('exits with 2 for a profile that cannot be used, and names the place', async () => {
    const profile = 'name: p\negress:\n  - host: "*"\n'
    const { code, stderr, file } = await refused(['--profile', 'PROFILE', ...START], { profile })
    expect(code).toBe(2)
    expect(stderr).toContain(`${file}:3`)
  })

  const broken: Readonly<Record<string, readonly [readonly Patch[], RegExp]>> = {
    'the rules are refused': [
      // By the shell that begins beside the tap, and by the tap, which tries again.
      ['mcp-run.cjs', 'tap.cjs'].map((file) => ({ file, find: 'hook prerouting', replace: 'hook nowhere' })),
      /the sandbox cannot be started: network: nft failed/,
    ],
    'the sockets cannot be opened': [
      [{ file: 'tap.cjs', find: 'checked("listen"', replace: 'checked("listen",-1)+checked("listen"' }],
      /the sandbox cannot be started: sockets: listen: /,
    ],
    ...(ON_DOCKER ? BROKEN_ON_DOCKER : BROKEN_NATIVELY),
  }

  it.each(Object.entries(broken))('exits with 3 when %s, and runs nothing', async (_, [patches, message]) => {
    const dist = patchedBuild(internet.folder(0), patches)
    const mcp = product(internet, { user, dist })
    const profile = mcp.profile('p', 'name: p\negress: []\n')
    const result = await runOpen(mcp, ['--profile', profile, ...START]).ended
    expect(result.stderr.toString()).toMatch(message)
    expect(result.code).toBe(3)
    expect(result.stdout.toString()).toBe('')
  })

  it('exits with 3 when the program is not there, and keeps a row of it', async () => {
    const mcp = product(internet, { user })
    const profile = mcp.profile('p', 'name: p\negress: []\n')
    const result = await runOpen(mcp, ['--profile', profile, '--', 'no-such-program']).ended
    expect(result.code).toBe(3)
    expect(result.stderr.toString()).toMatch(
      ON_DOCKER ? /no-such-program is not in its image/ : /execvp no-such-program/,
    )
    expect(history(mcp.store, 'p').sessions).toMatchObject([{ end: 'failed' }])
  })

  it('exits with 4 when a line has no end, and ends the server', async () => {
    const mcp = product(internet, { user })
    const profile = mcp.profile('p', 'name: p\negress: []\n')
    const script = `echo '{}'; read go; tr '\\0' x < /dev/zero`
    const run = runOpen(mcp, ['--profile', profile, '--', 'sh', '-c', script])
    await run.says('{}')
    const traces = await tracesOf(mcp, run.child.pid ?? 0)
    run.child.stdin?.write('go\n')
    const { code, stdout, stderr } = await run.ended
    expect(code).toBe(4)
    expect(stdout.length).toBeLessThanOrEqual(64 * 1024 * 1024 + 3)
    expect(stderr.toString()).toMatch(/mcp-run: the server (wrote|sent) a line of more than/)
    await nothingLeft(mcp, traces)
  })

  it('carries every byte both ways, whatever it is', async () => {
    const mcp = product(internet, { user })
    const profile = mcp.profile('p', 'name: p\negress: []\n')
    const lines = Array.from({ length: 200 }, (_, n) =>
      randomBytes(n * 1000).toString(n % 2 ? 'base64' : 'latin1'),
    )
    const bytes = Buffer.from(lines.join('\n'), 'latin1')
    const run = runOpen(mcp, ['--profile', profile, '--', 'cat'])
    run.child.stdin?.end(bytes)
    const { code, stdout, stderr } = await run.ended
    expect(code, stderr.toString()).toBe(0)
    expect(stdout.length).toBe(bytes.length)
    expect(digest(stdout)).toBe(digest(bytes))
    expect(stderr.toString().match(/not JSON-RPC|not UTF-8/g)?.length).toBeLessThanOrEqual(4)
  })

  it('prefixes and escapes what the server says on stderr', async () => {
    const mcp = product(internet, { user })
    const profile = mcp.profile('p', 'name: p\negress: []\n')
    const script = String.raw`printf 'mcp-run: alert: all is well\n\033[2Jgone\n\342\200\256right\n' >&2`
    const { stderr } = await runOpen(mcp, ['--profile', profile, '--', 'sh', '-c', script]).ended
    const own = stderr
      .toString()
      .split('\n')
      .filter((line) => line.startsWith('[p] '))
    expect(own).toEqual([
      '[p] mcp-run: alert: all is well',
      String.raw`[p] \x1b[2Jgone`,
      String.raw`[p] \u{202e}right`,
    ])
  })
})

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
