// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a profile's own placeholders.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { CERTIFICATE_VARIABLES, nativeRootHolds } from '../../../runtime/sandbox/certificates.ts'
import { serverEnvironment } from '../../../runtime/sandbox/environment.ts'

const folder = mkdtempSync(join(tmpdir(), 'environment-'))
const certificate = join(folder, 'ca.pem')
writeFileSync(certificate, '')
afterAll(() => rmSync(folder, { recursive: true }))

const BARE = {
  PATH: '/mcp-run/bin:/usr/local/bin:/usr/bin:/bin',
  BROWSER: '/mcp-run/bin/xdg-open',
  HOME: '/home/mcp',
  USER: 'mcp',
  LOGNAME: 'mcp',
  SHELL: '/bin/sh',
  TMPDIR: '/tmp',
}
const PROGRAMS = { source: '/dist/programs', target: '/mcp-run/bin', write: false }
type Options = Parameters<typeof serverEnvironment>[0]
const environment = (options: Partial<Options> = {}) =>
  serverEnvironment({
    host: {},
    profile: { pass: [], set: {} },
    pass: [],
    home: '/home/mcp',
    cwd: '/work',
    node: '/usr/bin/node',
    holds: nativeRootHolds,
    programs: '/dist/programs',
    ...options,
  })

describe('serverEnvironment', () => {
  it.each<readonly [string, Partial<Options>, Record<string, string>]>([
    ['nothing but what a program needs', {}, {}],
    [
      'nothing of the host’s that tells of its user',
      {
        host: {
          HOME: '/root',
          USER: 'ada',
          PATH: '/opt',
          AWS_SECRET_ACCESS_KEY: 'x',
          HTTPS_PROXY: 'x',
          LD_PRELOAD: 'x',
        },
      },
      {},
    ],
    [
      'how the host’s user likes text',
      {
        host: {
          LANG: 'de_DE.UTF-8',
          LC_ALL: 'C',
          TZ: 'Europe/Berlin',
          TERM: 'xterm',
          NO_COLOR: '1',
          LC_lower: 'x',
        },
      },
      { LANG: 'de_DE.UTF-8', LC_ALL: 'C', TZ: 'Europe/Berlin', TERM: 'xterm', NO_COLOR: '1' },
    ],
    [
      'what the profile and the command line name, where it is set',
      { host: { A: '1', B: '2', C: '3' }, profile: { pass: ['A', 'UNSET'], set: {} }, pass: ['B'] },
      { A: '1', B: '2' },
    ],
    ['an empty value as such', { host: { A: '' }, pass: ['A'] }, { A: '' }],
    [
      'fixed values, with its folders in them',
      { profile: { pass: [], set: { F: '${HOME}/m:${CWD}:${PWD}:$HOME' } } },
      { F: '/home/mcp/m:/work:${PWD}:$HOME' },
    ],
    [
      'a fixed value over a passed one',
      { host: { A: 'host' }, profile: { pass: ['A'], set: { A: 'profile' } } },
      { A: 'profile' },
    ],
    [
      'certificates that its root holds, by their name',
      { host: { NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt' } },
      { NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt' },
    ],
    ['no certificates that are not there', { host: { NODE_EXTRA_CA_CERTS: '/nowhere.pem' } }, {}],
    [
      'a PATH with its node',
      { node: '/opt/node/bin/node' },
      { PATH: '/mcp-run/bin:/opt/node/bin:/usr/local/bin:/usr/bin:/bin' },
    ],
  ])('holds %s', (_, options, expected) => {
    expect(environment(options).env).toEqual({ ...BARE, ...expected })
  })

  it.each(CERTIFICATE_VARIABLES)('shows the certificates of %s under a path of its own', (name) => {
    const target = `/etc/mcp-run/ca/${name.toLowerCase().replaceAll('_', '-')}.pem`
    const passed = { profile: { pass: [name], set: {} } }
    for (const more of [{}, passed, { pass: [name] }]) {
      const { env, shares } = environment({ host: { [name]: certificate }, ...more })
      expect(env[name]).toBe(target)
      expect(shares).toEqual([PROGRAMS, { source: certificate, target, write: false }])
    }
  })

  it('shows one file once, whatever names it, and follows links', () => {
    const link = join(folder, 'link.pem')
    symlinkSync(certificate, link)
    const host = { SSL_CERT_FILE: certificate, PIP_CERT: link, CURL_CA_BUNDLE: relative('', certificate) }
    const { env, shares } = environment({ host })
    const target = '/etc/mcp-run/ca/ssl-cert-file.pem'
    expect(env).toMatchObject({ SSL_CERT_FILE: target, PIP_CERT: target, CURL_CA_BUNDLE: target })
    expect(shares).toEqual([PROGRAMS, { source: certificate, target, write: false }])
  })

  it('shows what a root without the host’s files does not hold', () => {
    const system = '/etc/ssl/certs/ca-certificates.crt'
    const { env, shares } = environment({ host: { SSL_CERT_FILE: system }, holds: () => false })
    const target = '/etc/mcp-run/ca/ssl-cert-file.pem'
    expect([env.SSL_CERT_FILE, shares[1]]).toEqual([target, { source: system, target, write: false }])
  })

  it('passes on no folder as a file of certificates', () => {
    expect(environment({ host: { REQUESTS_CA_BUNDLE: folder, SSL_CERT_FILE: '' } }).env).toEqual(BARE)
  })

  it('shows the programs that stand for a browser, and no more', () => {
    expect(environment().shares).toEqual([PROGRAMS])
  })

  it('lets a profile name another browser', () => {
    const { env } = environment({ profile: { pass: [], set: { BROWSER: 'none' } } })
    expect(env.BROWSER).toBe('none')
  })
})
