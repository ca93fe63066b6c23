import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { findUpstreamProxy, type ProxySources } from '../../../../cli/run/upstream-proxy.ts'
import { hostAndPort } from '../../../../runtime/model/upstream-proxy.ts'

const folder = mkdtempSync(join(tmpdir(), 'upstream-proxy-'))
const authority = join(folder, 'ca.pem')
writeFileSync(authority, 'an authority')
afterAll(() => rmSync(folder, { recursive: true }))

const find = (sources: Partial<ProxySources>) =>
  findUpstreamProxy({ option: null, env: {}, npm: null, ...sources })
const at = (host: string) => `http://${host}.test:3128`
const npm = { url: at('npm'), noProxy: 'npm.listed' }

describe('where the proxy is said', () => {
  it.each<readonly [string, Partial<ProxySources>, string | null]>([
    ['nowhere', {}, null],
    ['HTTPS_PROXY', { env: { HTTPS_PROXY: at('a'), https_proxy: at('b'), ALL_PROXY: at('c') } }, 'a'],
    ['https_proxy', { env: { https_proxy: at('b'), ALL_PROXY: at('c') } }, 'b'],
    ['ALL_PROXY', { env: { ALL_PROXY: at('c'), all_proxy: at('d') } }, 'c'],
    ['all_proxy', { env: { all_proxy: at('d') } }, 'd'],
    ['an empty variable is unset', { env: { HTTPS_PROXY: '', all_proxy: at('d') } }, 'd'],
    ['HTTP_PROXY is for others', { env: { HTTP_PROXY: at('a'), http_proxy: at('b') } }, null],
    ['the option first', { option: at('o'), env: { HTTPS_PROXY: at('a') }, npm }, 'o'],
    ['none by the option', { option: 'none', env: { HTTPS_PROXY: at('a') }, npm }, null],
    ['a variable before npm’s', { env: { HTTPS_PROXY: at('a') }, npm }, 'a'],
    ['npm’s last', { npm }, 'npm'],
    ['what does not count is not looked at', { option: at('o'), env: { HTTPS_PROXY: 'socks5://x' } }, 'o'],
  ])('%s', (_, sources, expected) => {
    const proxy = find(sources)
    expect(proxy && hostAndPort(proxy)).toBe(expected && `${expected}.test:3128`)
  })

  it.each<readonly [Partial<ProxySources>, string]>([
    [{ option: at('o'), env: { NO_PROXY: 'a.listed', no_proxy: 'b.listed' } }, 'a.listed'],
    [{ option: at('o'), env: { no_proxy: 'b.listed' } }, 'b.listed'],
    [{ option: at('o'), npm }, ''],
    [{ npm }, 'npm.listed'],
    [{ npm, env: { NO_PROXY: 'a.listed' } }, 'a.listed'],
  ])('%j: what is dialled directly', (sources, expected) => {
    expect(find(sources)?.noProxy).toBe(expected)
  })

  it('reads certificates for an https proxy alone', () => {
    const env = { SSL_CERT_FILE: authority, NODE_EXTRA_CA_CERTS: join(folder, 'absent.pem') }
    expect(find({ option: 'https://p.test', env })?.authorities).toContain('an authority')
    expect(find({ option: 'http://p.test', env })?.authorities).toEqual([])
  })
})

describe('one that cannot be used', () => {
  it.each<readonly [string, Partial<ProxySources>, string]>([
    [
      'HTTPS_PROXY',
      { env: { HTTPS_PROXY: 'socks5://joe:hunter2@p.test' } },
      'names a proxy of the kind socks5',
    ],
    ['all_proxy', { env: { all_proxy: 'http://joe:hunter2@p.test:0' } }, 'is not a proxy'],
    ['--upstream-proxy', { option: 'http://joe:hunter2@:1' }, 'is not a proxy'],
    ['--upstream-proxy', { option: '' }, 'is not a proxy'],
    ["npm's proxy setting", { npm: { url: 'ftp://joe:hunter2@p.test', noProxy: '' } }, 'of the kind ftp'],
  ])('is refused by the name of %s, never by its value', (source, sources, problem) => {
    let text = ''
    try {
      find(sources)
    } catch (error) {
      text = String(error)
      expect(error).toMatchObject({ code: 'usage', hint: expect.stringContaining('--upstream-proxy none') })
    }
    expect(text).toContain(`${source} `)
    expect(text).toContain(problem)
    expect(text).not.toContain('hunter2')
  })
})
