import { describe, expect, test } from 'vitest'
import { registryAccess } from '../../../runtime/packages/registry.ts'

type Values = Parameters<typeof registryAccess>[0]['values']
const access = (values: Values) => registryAccess({ values, known: new Set(Object.keys(values)) })
const ANYWHERE = ['0.0.0.0/0', '::/0']
const rule = (
  rest: { readonly kind: string; readonly [field: string]: unknown },
  port: number,
  protocol: string,
) => ({
  ports: [port],
  transport: 'tcp',
  protocol,
  purpose: 'package registry',
  ...rest,
  ...(rest.kind === 'host' && { inspect: 'no', requests: null, reads: [] }),
})

describe('where the package client may go', () => {
  test.each([
    ['https://npm.example/', rule({ kind: 'host', host: 'npm.example', resolves: ANYWHERE }, 443, 'tls')],
    [
      'https://NPM.Example.:8443/path/',
      rule({ kind: 'host', host: 'npm.example', resolves: ANYWHERE }, 8443, 'tls'),
    ],
    ['http://npm.example', rule({ kind: 'host', host: 'npm.example', resolves: ANYWHERE }, 80, 'http')],
    [
      'https://bücher.example/',
      rule({ kind: 'host', host: 'xn--bcher-kva.example', resolves: ANYWHERE }, 443, 'tls'),
    ],
    [
      'https://joe:pw@npm.example/',
      rule({ kind: 'host', host: 'npm.example', resolves: ANYWHERE }, 443, 'tls'),
    ],
    ['https://10.1.2.3:8081/', rule({ kind: 'ip', ip: '10.1.2.3' }, 8081, 'tls')],
    ['https://0x0a010203/', rule({ kind: 'ip', ip: '10.1.2.3' }, 443, 'tls')],
    ['http://[fd00::1]:4873/', rule({ kind: 'ip', ip: 'fd00::1' }, 4873, 'http')],
    ['http://localhost:4873/', rule({ kind: 'host-loopback' }, 4873, 'http')],
    ['http://npm.localhost:4873/', rule({ kind: 'host-loopback' }, 4873, 'http')],
    ['http://127.0.0.1:4873/', rule({ kind: 'host-loopback' }, 4873, 'http')],
    ['http://127.1:4873/', rule({ kind: 'host-loopback' }, 4873, 'http')],
    ['http://0.0.0.0:4873/', rule({ kind: 'host-loopback' }, 4873, 'http')],
    ['https://[::1]/', rule({ kind: 'host-loopback' }, 443, 'tls')],
    ['https://[::ffff:127.0.0.1]/', rule({ kind: 'host-loopback' }, 443, 'tls')],
    ['https://[::ffff:10.0.0.1]/', rule({ kind: 'ip', ip: '::ffff:a00:1' }, 443, 'tls')],
    [
      'https://127.0.0.1.example/',
      rule({ kind: 'host', host: '127.0.0.1.example', resolves: ANYWHERE }, 443, 'tls'),
    ],
  ])('%s', (registry, expected) => {
    expect(access({ registry }).egress).toEqual([expected])
  })

  test('each scope’s registry as well, one rule for equal ones', () => {
    const { egress } = access({
      registry: 'https://npm.example/',
      '@a:registry': 'https://npm.example/a/',
      '@b:registry': 'http://localhost:4873/',
      '//other.example/:_authToken': 'x',
      'init.registry': 'https://no.example/',
    })
    expect(egress.map((item) => item.kind)).toEqual(['host', 'host-loopback'])
  })

  test.each(['npm.example', 'ftp://npm.example/', 'file:///x', '', true, ['https://npm.example/']])(
    'a registry that is %j is refused or not set',
    (registry) => {
      if (registry === '') expect(access({ registry }).egress).toEqual([])
      else expect(() => access({ registry })).toThrow("'registry' is not an http or https URL")
    },
  )
})

describe('what the package client goes by', () => {
  test('only what concerns registries; a proxy is for the recorder, not passed on', () => {
    const result = access({
      registry: 'https://npm.example/',
      '//npm.example/:_authToken': 'tok-123456',
      '//npm.example/:certfile': '/c.pem',
      cafile: '/ca.pem',
      'strict-ssl': true,
      before: null,
      'min-release-age': 7,
      proxy: 'http://p.example:1/',
      'https-proxy': 'http://joe:pr0xy@p.example:2/',
      noproxy: ['x.example', 'y.example'],
      cache: '/c',
      prefix: '/p',
      'script-shell': '/bin/evil',
      'node-options': '--require /evil',
      'ignore-scripts': false,
      git: '/evil',
    })
    expect(result.settings).toEqual({
      registry: 'https://npm.example/',
      '//npm.example/:_authToken': 'tok-123456',
      '//npm.example/:certfile': '/c.pem',
      cafile: '/ca.pem',
      'strict-ssl': true,
      'min-release-age': 7,
    })
    expect([...result.fileSettings].sort()).toEqual(['//npm.example/:certfile', 'cafile'])
    expect(result.proxy).toEqual({ url: 'http://joe:pr0xy@p.example:2/', noProxy: 'x.example,y.example' })
    expect(result.secrets).toEqual(expect.arrayContaining(['tok-123456', 'pr0xy']))
  })

  test('npm’s patience is shortened, the user’s own choice kept', () => {
    const { settings } = access({
      registry: 'https://npm.example/',
      'fetch-retry-mintimeout': 10_000,
      'fetch-retry-maxtimeout': '90000',
      'fetch-timeout': 300_000,
    })
    expect(settings).toMatchObject({
      'fetch-retry-mintimeout': 500,
      'fetch-retry-maxtimeout': '90000',
      'fetch-timeout': 60_000,
    })
  })
})
