import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { ON_DOCKER, startInternet } from '../fixtures/product/sandbox.ts'
import { insideShell } from '../fixtures/sandboxed/inside.ts'

const BIN = fileURLToPath(new URL('../../bin/mcp-run', import.meta.url))
const SECRET = 'hunter2-3f9ab1c77e'
const PROFILE = `name: p
env:
  pass: [PASSED, NOT_SET]
  set: { STATE: "\${HOME}/state", WHERE: "\${CWD}" }
egress:
  - host: api.test
`

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  const withEnvironment = (env: Record<string, string>): { mcp: Product; profile: string } => {
    const mcp = product(internet, { user, env })
    return { mcp, profile: mcp.profile('p', PROFILE) }
  }
  const nodeIn = async (mcp: Product, args: readonly string[], script: string) => {
    const result = await runOpen(mcp, [...args, '--', 'node', '-e', script]).ended
    return { text: result.stdout.toString(), code: result.code, stderr: result.stderr.toString() }
  }

  it('gives the server what it needs and what was named, and nothing else', async () => {
    const { mcp, profile } = withEnvironment({
      SECRET,
      PASSED: 'passed on',
      ALSO: 'passed on too',
      HTTPS_PROXY: 'http://proxy.invalid:3128',
      NODE_OPTIONS: '--no-warnings',
      LANG: 'C.UTF-8',
      XDG_RUNTIME_DIR: '/run/user/1',
    })
    const args = ['--profile', profile, '--pass-env', 'ALSO']
    const { text } = await nodeIn(mcp, args, 'console.log(JSON.stringify(process.env))')
    expect(JSON.parse(text)).toEqual({
      PATH: expect.stringContaining('/usr/bin'),
      HOME: '/home/mcp',
      USER: 'mcp',
      LOGNAME: 'mcp',
      SHELL: '/bin/sh',
      TMPDIR: '/tmp',
      BROWSER: '/mcp-run/bin/xdg-open',
      LANG: 'C.UTF-8',
      PASSED: 'passed on',
      ALSO: 'passed on too',
      STATE: '/home/mcp/state',
      WHERE: mcp.cwd,
      // Bubblewrap's own, or that of the shell that starts it; and the engine's.
      PWD: mcp.cwd,
      ...(ON_DOCKER && { HOSTNAME: 'mcp-run' }),
    })
  })

  it('shows nothing of mcp-run’s environment or command line anywhere under /proc', async () => {
    const { mcp, profile } = withEnvironment({ SECRET, PASSED: 'passed on' })
    const script = `ls /proc | grep -c '^[0-9]'; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/[0-9]*/task/*/environ 2>&1 | tr '\\0' '\\n'`
    const { output } = await insideShell(mcp, profile, script)
    const [processes = '', ...words] = output.split('\n')
    expect(Number(processes)).toBeGreaterThan(1)
    expect(words).toContain('PASSED=passed on')
    for (const hidden of [SECRET, 'SECRET', mcp.store, 'mcp-run.cjs', 'tap.cjs', '--seccomp'])
      expect(words.join('\n')).not.toContain(hidden)
  })

  it('honours NODE_EXTRA_CA_CERTS', async () => {
    const fetchIt = `fetch('https://api.test/').then((r) => r.text()).then(console.log, (e) => console.log(e.cause.code))`
    const { mcp, profile } = withEnvironment({ NODE_EXTRA_CA_CERTS: internet.caFile })
    expect((await nodeIn(mcp, ['--profile', profile], fetchIt)).text).toBe('hello\n\n')
    const without = withEnvironment({})
    const { text } = await nodeIn(without.mcp, ['--profile', without.profile], fetchIt)
    expect(text).toMatch(/UNABLE_TO_VERIFY|SELF_SIGNED|UNABLE_TO_GET_ISSUER/)
  })

  it('is started by its own command, which passes the certificates on', async () => {
    const { mcp, profile } = withEnvironment({ NODE_EXTRA_CA_CERTS: internet.caFile })
    const script = 'console.log(process.env.NODE_EXTRA_CA_CERTS, process.env.MCP_RUN_EXTRA_CA_CERTS)'
    const { argv, options } = mcp.command(['--profile', profile, '--', 'node', '-e', script])
    const { stdout, code } = await internet.run([BIN, ...argv.slice(2)], options)
    expect([stdout.toString(), code]).toEqual(['/etc/mcp-run/ca/node-extra-ca-certs.pem undefined\n', 0])
  })

  it('keeps HOME for each profile, and /tmp for none', async () => {
    const { mcp, profile } = withEnvironment({})
    const other = mcp.profile('q', 'name: q\negress: []\n')
    await insideShell(mcp, profile, 'echo memo > ~/memo; echo lost > /tmp/lost')
    const { output } = await insideShell(mcp, profile, 'cat ~/memo; test -e /tmp/lost || echo gone')
    expect(output).toBe('memo\ngone\n')
    expect((await insideShell(mcp, other, 'ls -A ~')).output).toBe('')
    const kept = join(mcp.store, 'homes', 'p', 'memo')
    expect(readFileSync(kept, 'utf8')).toBe('memo\n')
    expect(statSync(kept).uid).toBe(mcp.serverFilesUid)
    expect(existsSync('/tmp/lost')).toBe(false)
  })

  it('keeps mcp-run’s own stdin, stdout and no other descriptor', async () => {
    const { mcp, profile } = withEnvironment({})
    const { text } = await nodeIn(
      mcp,
      ['--profile', profile],
      `const fs = require('fs')
       const fds = fs.readdirSync('/proc/self/fd').map(Number).filter((fd) => fd < 3 || /socket|memfd|\\//.test(link(fd)))
       function link(fd) { try { return fs.readlinkSync('/proc/self/fd/' + fd) } catch { return '' } }
       console.log(JSON.stringify(fds.map((fd) => [fd, link(fd).replace(/\\d+/g, 'N')])))`,
    )
    const fds = JSON.parse(text) as [number, string][]
    expect(fds.filter(([fd]) => fd < 3).map(([fd]) => fd)).toEqual([0, 1, 2])
    // Node opens /dev/null and its own pipes; nothing else came from outside.
    expect(fds.filter(([fd, to]) => fd > 2 && to !== '/dev/null' && !to.startsWith('/proc'))).toEqual([])
  })
})
