import { expect, it } from 'vitest'
import type { EngineFiles } from '../../../../runtime/sandbox/docker/engine-files.ts'
import { readEngineTls, tlsIn } from '../../../../runtime/sandbox/docker/engine-tls.ts'
import { findEngines } from '../../../../runtime/sandbox/docker/find-engines.ts'
import { HOME, machine, meta, tlsFolder } from './engine-rig.ts'

const PEMS = { '/c/ca.pem': 'CA', '/c/cert.pem': 'CERT', '/c/key.pem': 'KEY' }

it.each<[string, Record<string, string>, boolean, object]>([
  ['all', PEMS, true, { ca: 'CA', cert: 'CERT', key: 'KEY', rejectUnauthorized: true }],
  ['the authority alone', { '/c/ca.pem': 'CA' }, true, { ca: 'CA', rejectUnauthorized: true }],
  ['none', {}, false, { rejectUnauthorized: false }],
])('reads %s', async (_, content, verify, material) => {
  const files = await machine({ files: content })
  expect(readEngineTls(tlsIn('/c', verify, files), files)).toEqual(material)
})

const gone = { ca: '/c/ca.pem', cert: null, key: null, verify: true }
const barred: EngineFiles = {
  ...{ exists: () => true, socket: () => null },
  read() {
    throw Object.assign(new Error('barred'), { code: 'EACCES' })
  },
}
it.each<[string, () => Promise<unknown>, string]>([
  ['a file that is gone', async () => readEngineTls(gone, await machine()), '/c/ca.pem is not there'],
  ['one that is barred', async () => readEngineTls(gone, barred), '/c/ca.pem cannot be read (EACCES)'],
  [
    'a certificate without its key',
    async () => readEngineTls({ ...gone, cert: '/c/cert.pem' }, await machine({ files: PEMS })),
    '/c/cert.pem has no other half',
  ],
])('names %s', async (_, act, message) => {
  await expect(act()).rejects.toMatchObject({
    code: 'sandbox-unavailable',
    message: expect.stringContaining(message),
  })
})

it.each<[string, boolean, readonly string[], object | null]>([
  ['plain, without files', false, [], null],
  ['not verified, without files', true, [], { ca: null, cert: null, key: null, verify: false }],
  [
    'a pair',
    false,
    ['cert', 'key'],
    {
      ...{ ca: null, verify: true },
      ...{ cert: `${tlsFolder('x')}/cert.pem`, key: `${tlsFolder('x')}/key.pem` },
    },
  ],
])('a context: %s', async (_, SkipTLSVerify, names, tls) => {
  const text = JSON.stringify({ Endpoints: { docker: { Host: 'tcp://x.test:1', SkipTLSVerify } } })
  const pems = Object.fromEntries(names.map((name) => [`${tlsFolder('x')}/${name}.pem`, name]))
  const files = await machine({ files: { [meta('x')]: text, ...pems } })
  const env = { DOCKER_CONTEXT: 'x' }
  expect(findEngines({ env, home: HOME, uid: 1, files })).toEqual([
    { kind: 'tcp', host: 'x.test', port: 1, tls, source: 'docker context x', named: true },
  ])
})
