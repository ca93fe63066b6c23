import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { BASE_IMAGE } from '../../fixtures/engine/base-image.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { history } from '../../fixtures/product/history.ts'
import { type Product, product, USERS } from '../../fixtures/product/product.ts'
import { runOpen } from '../../fixtures/product/run-open.ts'
import { startInternet } from '../../fixtures/product/sandbox.ts'

const PROFILE = 'name: p\negress:\n  - { host: api.test, port: 80 }\n'
const CALLS = 'curl -sS http://api.test/; curl -sS http://evil.test/'
const SECRET = 'a-token-of-the-client'

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('a server that ships as an image, as %s', (user) => {
  let mcp: Product
  beforeEach(async () => {
    mcp = product(internet, { user, env: { TOKEN: SECRET, HIDDEN: SECRET } })
    await internet.resetCounts()
  })
  const run = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await runOpen(mcp, args).ended
    return { code, stdout: stdout.toString(), stderr: stderr.toString() }
  }
  const dockerRun = (options: readonly string[], script: string) => {
    const words = ['docker', 'run', '-i', '--rm', ...options, BASE_IMAGE, 'sh', '-c', script]
    return run('--profile', mcp.profile('p', PROFILE), '--', ...words)
  }

  it('runs as docker run does: variables, folders, the place to begin; and may reach what is declared', async () => {
    const data = join(mcp.cwd, 'data.txt')
    writeFileSync(data, 'forty-two\n', { mode: 0o644 })
    const options = [
      '-e',
      'TOKEN',
      '-e',
      'SET=a b',
      '-v',
      `${data}:/data/file:ro`,
      '--tmpfs',
      '/scratch',
      '-w',
      '/usr',
    ]
    const script = `pwd; echo "$TOKEN $SET\${HIDDEN-}"; cat /data/file; touch /scratch/x && echo made; touch /x 2>/dev/null || echo read-only; ${CALLS}`
    const { code, stdout, stderr } = await dockerRun(options, script)
    expect(code, stderr).toBe(0)
    const lines = ['/usr', `${SECRET} a b`, 'forty-two', 'made', 'read-only', 'hello']
    expect(stdout).toMatch(new RegExp(`^${lines.join('\n')}\nmcp-run denied this request: undeclared\n`))
    expect(internet.webRequests().map(({ host }) => host)).toEqual(['api.test'])
    expect(history(mcp.store, 'p').flows.map(({ name, action }) => `${name} ${action}`)).toEqual([
      'api.test allowed',
      'evil.test denied',
    ])
  })

  it('with --network none reaches nothing, whatever the profile declares, and says so', async () => {
    const { stdout, stderr } = await dockerRun(['--network', 'none'], CALLS)
    expect(stdout).not.toContain('hello')
    expect(stderr).toContain('mcp-run: --network none of docker run: nothing is declared')
    expect(internet.webRequests()).toEqual([])
    expect(history(mcp.store, 'p').flows.map(({ name, action }) => `${name} ${action}`)).toEqual([
      'api.test denied',
      'evil.test denied',
    ])
  })

  it.each([
    ['the user who runs mcp-run', [], user === 'root' ? '64877' : '12345'],
    ['whom the command line names', ['-u', '4321:4321'], '4321'],
  ])('runs as %s, without a capability', async (_, options, uid) => {
    const { stdout } = await dockerRun(
      options,
      'id -u; grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status',
    )
    const none = '0'.repeat(16)
    expect(stdout).toBe(`${uid}\nCapEff:\t${none}\nCapBnd:\t${none}\nNoNewPrivs:\t1\nSeccomp:\t2\n`)
  })

  it('without a profile reaches nothing, under a name of the image’s own', async () => {
    const { stdout, stderr } = await run('--image', BASE_IMAGE, 'sh', '-c', CALLS)
    expect(stdout).not.toContain('hello')
    expect(stderr).toContain(`no profile for ${BASE_IMAGE}: everything it contacts is denied`)
    const { sessions, flows } = history(mcp.store, 'mcp-run-test-base-image')
    expect(sessions).toMatchObject([{ end: 'exited', exit_code: 0 }])
    expect(flows.map(({ action }) => action)).toEqual(['denied', 'denied'])
  })

  it.each([
    [
      'is not there',
      ['--image', 'registry.test/no/such:1'],
      3,
      /the image registry\.test\/no\/such:1 is not there/,
    ],
    [
      'has no such program',
      ['--image', BASE_IMAGE, 'no-such-program'],
      3,
      /no-such-program is not in its image/,
    ],
    [
      'would have the whole machine',
      ['--', 'docker', 'run', '--privileged', BASE_IMAGE],
      2,
      /--privileged is refused/,
    ],
  ])('does not start where it %s', async (_, args, code, message) => {
    const result = await run(...args)
    expect(result.stderr).toMatch(message)
    expect(result.code).toBe(code)
  })
})
