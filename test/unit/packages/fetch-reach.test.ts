import { expect, test } from 'vitest'
import { reachOf } from '../../../runtime/packages/fetch-reach.ts'
import type { ConfigValues } from '../../../runtime/packages/npmrc.ts'

const ANY = ['0.0.0.0/0', '::/0']
const blocksOf = (host: string, port: number) =>
  host === 'declared.test' && port === 443 ? ['10.0.0.0/8'] : []

test.each<readonly [address: string, settings: ConfigValues, resolves: readonly string[]]>([
  ['https://far.test/x.tgz', { registry: 'https://registry.test/' }, []],
  ['https://declared.test/x.tgz', {}, ['10.0.0.0/8']],
  ['http://declared.test/x.tgz', {}, []],
  ['https://far.test/x.tgz', { registry: 'http://far.test:4873/npm/' }, ANY],
  ['https://far.test/x.tgz', { '@mine:registry': 'https://far.test/' }, ANY],
  ['https://far.test/x.tgz', { '//far.test/npm/:_authToken': 'x' }, ANY],
  ['https://far.test/x.tgz', { '//far.test:8443/:certfile': '/x' }, ANY],
  ['https://far.test/x.tgz', { '//far.test.evil.test/:_authToken': 'x' }, []],
  ['https://FAR.test./x.tgz', { registry: 'https://far.test/' }, ANY],
])('%s with %o', (address, settings, resolves) => {
  for (const kind of ['url', 'git'] as const)
    expect(reachOf({ kind, address, ref: null }, { settings, blocksOf })).toMatchObject({ resolves })
})

test.each([
  ['https://10.0.0.5/x.tgz', { kind: 'ip', ip: '10.0.0.5', ports: [443] }],
  ['http://localhost:8080/x.tgz', { kind: 'host-loopback', ports: [8080] }],
])('%s is reached as it was written', (address, rule) => {
  expect(reachOf({ kind: 'url', address, ref: null }, { settings: {}, blocksOf })).toMatchObject(rule)
})
