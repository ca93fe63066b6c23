import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS, type User } from '../fixtures/product/product.ts'
import { on, startInternet } from '../fixtures/product/sandbox.ts'
import { NO_POLICY } from './rig/controls.ts'
import { readHistory } from './rig/history.ts'
import { runToEnd } from './rig/run-to-end.ts'

/** What the server would do if it were started. */
const SERVER = 'echo started; curl -sk -m 2 https://evil.test/ https://api.test/'
const EVERYWHERE = ['198.51.100.66', '2001:db8:e::66', '203.0.113.10', '2001:db8:a::10']
const QUIET = { at: EVERYWHERE, zones: ['test'] }

/** Texts that are no profile, or would declare too much. */
const BAD_PROFILES = {
  'no YAML': 'name: p\negress: [\n',
  'an empty file': '',
  'a list': '- name: p\n',
  'an unknown field': 'name: p\negress: []\nallow_everything: true\n',
  'an unknown field of an entry': 'name: p\negress: [{ host: api.test, insecure: true }]\n',
  'everything as a host': 'name: p\negress: [{ host: "*" }]\n',
  'everything under a suffix': 'name: p\negress: [{ host: "*.com" }]\n',
  'a wildcard in the middle': 'name: p\negress: [{ host: a.*.test }]\n',
  'a wildcard that is not a label': 'name: p\negress: [{ host: "*api.test" }]\n',
  'two wildcards': 'name: p\negress: [{ host: "*.*.test" }]\n',
  'a URL as a host': 'name: p\negress: [{ host: "https://api.test/" }]\n',
  'a port in a host': 'name: p\negress: [{ host: "api.test:443" }]\n',
  'an address as a host': 'name: p\negress: [{ host: 198.51.100.200 }]\n',
  'everything as a block': 'name: p\negress: [{ cidr: 0.0.0.0/0 }]\n',
  'everything as an IPv6 block': 'name: p\negress: [{ cidr: "::/0" }]\n',
  'port 0': 'name: p\negress: [{ host: api.test, port: 0 }]\n',
  UDP: 'name: p\negress: [{ host: api.test, transport: udp }]\n',
  'an unknown mode': 'name: p\negress: []\nmode: off\n',
  'the same field twice': 'name: p\negress: []\negress: [{ host: evil.test }]\n',
  'a name that leaves the folder': 'name: ../../p\negress: []\n',
  'a bomb of aliases': `name: p\na: &a [${'x,'.repeat(9)}x]\n${'bcdefgh'
    .split('')
    .map(
      (letter, index) => `${letter}: &${letter} [${`*${'abcdefg'[index]},`.repeat(9)}*${'abcdefg'[index]}]`,
    )
    .join('\n')}\negress: []\n`,
} as const

const TOOLS = ['nft', 'ip', 'bwrap', 'unshare'] as const

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet?.close())

function started(user: User, yaml: string, dist?: string) {
  const mcp = product(internet, { user, ...(dist && { dist }) })
  const args = ['--profile', mcp.profile('p', yaml), '--', 'sh', '-c', SERVER]
  return { mcp, ended: runToEnd(mcp.spawn(args), 30_000) }
}

describe.each(USERS)('row 40, as %s', (user) => {
  it('denies everything with an empty profile', async () => {
    const { mcp, ended } = started(user, 'name: p\negress: []\n')
    const { stdout } = await expectSilence(internet, () => ended, QUIET)
    expect(stdout).toMatch(/^started$/m)
    const { flows, dns, alerts } = await readHistory(mcp, 'p')
    expect(flows.map(({ name, action, reason }) => [name, action, reason])).toEqual([
      ['evil.test', 'denied', 'undeclared'],
      ['api.test', 'denied', 'undeclared'],
    ])
    expect(new Set(dns.map(({ name, action }) => `${name} ${action}`))).toEqual(
      new Set(['evil.test denied', 'api.test denied']),
    )
    expect(alerts.map(({ destination, reason }) => `${destination.name} ${reason}`).sort()).toEqual([
      'api.test dns-undeclared',
      'api.test undeclared',
      'evil.test dns-undeclared',
      'evil.test undeclared',
    ])
  })

  it.each(Object.entries(BAD_PROFILES))('refuses to start with %s in place of a profile', async (_, yaml) => {
    const { ended } = started(user, yaml)
    const { code, stdout, stderr } = await expectSilence(internet, () => ended, QUIET)
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^mcp-run: .*p\.yaml/m)
  })

  on('native', () => {
    // Its folders are searched whatever PATH says, so the program itself is hidden, in a mount namespace.
    it.each(TOOLS)('refuses to start without %s', async (tool) => {
      const { code, stdout, stderr } = await expectSilence(
        internet,
        () => hiding(user, tool, '/dev/null'),
        QUIET,
      )
      expect({ code, stdout }, stderr).toEqual({ code: 3, stdout: '' })
      expect(stderr).toContain(`${tool}, not found on this machine`)
      expect(stderr).toContain('apt-get install')
    })

    it.each(['nft', 'ip'] as const)('refuses to start when %s fails', async (tool) => {
      const { code, stdout, stderr } = await expectSilence(
        internet,
        () => hiding(user, tool, '/bin/false'),
        QUIET,
      )
      expect({ code, stdout }, stderr).toEqual({ code: 3, stdout: '' })
      expect(stderr).toMatch(new RegExp(`${tool} (failed|cannot be run)`))
    })
  })

  on(['docker', 'docker-recorder'], () => {
    it('refuses to start without an engine', async () => {
      const env = { DOCKER_HOST: 'unix:///nowhere/docker.sock' }
      const mcp = product(internet, { user, env })
      const profile = mcp.profile('p', 'name: p\negress: []\n')
      const args = ['--profile', profile, '--', 'sh', '-c', SERVER]
      const { code, stdout, stderr } = await expectSilence(
        internet,
        () => runToEnd(mcp.spawn(args), 30_000),
        QUIET,
      )
      expect({ code, stdout }, stderr).toEqual({ code: 3, stdout: '' })
      expect(stderr).toMatch(/DOCKER_HOST.*does not answer/)
    })
  })
})

/** mcp-run where `instead` lies over the program. */
async function hiding(user: User, tool: string, instead: string) {
  const mcp = product(internet, { user })
  const uid = user === 'root' ? 0 : 12_345
  const profile = mcp.profile('p', 'name: p\negress: []\n')
  const script = join(mcp.cwd, 'start.sh')
  const program = new URL('../../dist/mcp-run.cjs', import.meta.url).pathname
  writeFileSync(
    script,
    `for folder in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
  [ -e $folder/${tool} ] && mount --bind ${instead} $(readlink -f $folder/${tool})
done
exec "$@"
`,
  )
  chownSync(script, uid, uid)
  const drop = ['/usr/sbin/chroot', `--userspec=${uid}:${uid}`, '--groups=', '--skip-chdir', '/']
  const node = [
    process.execPath,
    program,
    '--sandbox',
    'native',
    '--profile',
    profile,
    '--',
    'sh',
    '-c',
    SERVER,
  ]
  const argv = ['unshare', '--mount', 'sh', script, ...drop, ...node]
  const child = internet.spawn(argv, { cwd: mcp.cwd, env: { HOME: mcp.home, MCP_RUN_HOME: mcp.store } })
  return runToEnd(child, 30_000)
}

describe('row 40, without the guard', () => {
  it('a profile that is in order starts the server', async () => {
    const { ended } = started('plain', 'name: p\negress: [{ host: api.test }]\n')
    expect(await ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/started/) })
  })

  it('an empty profile stops nothing', async () => {
    const { ended } = started('root', 'name: p\negress: []\n', patchedBuild(internet.folder(0), NO_POLICY))
    await expect(expectSilence(internet, () => ended, QUIET)).rejects.toThrow('bytes')
  })
})
