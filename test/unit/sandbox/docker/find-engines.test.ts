import { symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { McpRunError } from '../../../../runtime/model/errors.ts'
import type { EngineFiles } from '../../../../runtime/sandbox/docker/engine-files.ts'
import { type FindEnginesOptions, findEngines } from '../../../../runtime/sandbox/docker/find-engines.ts'
import { onPlatform } from '../../../fixtures/on-platform.ts'
import { HOME, machine, meta, tlsFolder } from './engine-rig.ts'

const DOCKER = '/var/run/docker.sock'
const CONFIG = `${HOME}/.docker/config.json`
type Env = FindEnginesOptions['env']

const find = (files: EngineFiles, env: Env = {}, prefer: 'docker' | 'podman' = 'docker') =>
  findEngines({ env, home: HOME, uid: 1000, prefer, files })
const unix = (source: string, socketPath: string, named = false) => ({
  ...{ kind: 'unix', socketPath, source, named },
})
const contextMeta = (host: unknown, more = {}) =>
  JSON.stringify({ Name: 'x', Endpoints: { docker: { Host: host, SkipTLSVerify: false, ...more } } })

describe('with nothing named, and none of the variables', () => {
  const everywhere = [
    ['/var/run/docker.sock', '/var/run/docker.sock'],
    ['rootless Docker', '/run/user/1000/docker.sock'],
    ['rootless Docker', `${HOME}/.docker/run/docker.sock`],
    ['Docker Desktop', `${HOME}/.docker/desktop/docker.sock`],
    ['Colima', `${HOME}/.colima/default/docker.sock`],
    ['OrbStack', `${HOME}/.orbstack/run/docker.sock`],
    ['Rancher Desktop', `${HOME}/.rd/docker.sock`],
    ['rootless Podman', '/run/user/1000/podman/podman.sock'],
    ['Podman', '/run/podman/podman.sock'],
  ] as const

  it.each(everywhere)('%s: %s', async (source, path) => {
    expect(find(await machine({ sockets: [path] }))).toEqual([unix(source, path)])
  })

  it('the first of a Mac’s is Docker Desktop', async () => {
    onPlatform('darwin')
    const path = `${HOME}/.docker/run/docker.sock`
    expect(find(await machine({ sockets: [path] }))).toEqual([unix('Docker Desktop', path)])
  })

  it('in this order, Podman’s first for who runs podman', async () => {
    const files = await machine({ sockets: everywhere.map(([, path]) => path) })
    const all = everywhere.map(([source, path]) => unix(source, path))
    expect(find(files)).toEqual(all)
    expect(find(files, {}, 'podman')).toEqual([...all.slice(7), ...all.slice(0, 7)])
  })

  it('XDG_RUNTIME_DIR where it is passed on after all', async () => {
    const files = await machine({ sockets: ['/x/docker.sock', '/x/podman/podman.sock', DOCKER] })
    expect(find(files, { XDG_RUNTIME_DIR: '/x' })).toEqual([
      unix(DOCKER, DOCKER),
      unix('rootless Docker', '/x/docker.sock'),
      unix('rootless Podman', '/x/podman/podman.sock'),
    ])
    expect(find(files, { XDG_RUNTIME_DIR: '' })).toEqual([unix(DOCKER, DOCKER)])
  })

  it('none where there is none, or no socket', async () => {
    expect(find(await machine())).toEqual([])
    expect(find(await machine({ files: { [DOCKER]: '' } }))).toEqual([])
  })

  it('one engine once, by whatever paths', async () => {
    const files = await machine({ sockets: ['/run/podman/podman.sock'], files: { '/var/run/x': '' } })
    symlinkSync(files.at('/run/podman/podman.sock'), files.at(DOCKER))
    expect(find(files)).toEqual([unix(DOCKER, DOCKER)])
  })
})

describe('what is named is the only one', () => {
  const files = () =>
    machine({
      sockets: [DOCKER, '/run/podman/podman.sock'],
      files: {
        [CONFIG]: '{"currentContext": "colima", "auths": {}}',
        [meta('colima')]: contextMeta('unix:///colima.sock'),
        [meta('work')]: contextMeta('tcp://work.test:2376'),
        [`${tlsFolder('work')}/ca.pem`]: 'CA',
      },
    })
  const workTls = { ca: `${tlsFolder('work')}/ca.pem`, cert: null, key: null, verify: true }

  it.each<[string, Env, 'docker' | 'podman', object]>([
    ['DOCKER_HOST', { DOCKER_HOST: 'unix:///d' }, 'docker', unix('DOCKER_HOST', '/d', true)],
    ['CONTAINER_HOST', { CONTAINER_HOST: 'unix:///p' }, 'docker', unix('CONTAINER_HOST', '/p', true)],
    [
      'both',
      { DOCKER_HOST: 'unix:///d', CONTAINER_HOST: 'unix:///p' },
      'docker',
      unix('DOCKER_HOST', '/d', true),
    ],
    [
      'both, for podman',
      { DOCKER_HOST: 'unix:///d', CONTAINER_HOST: 'unix:///p' },
      'podman',
      unix('CONTAINER_HOST', '/p', true),
    ],
    ['DOCKER_HOST, for podman', { DOCKER_HOST: 'unix:///d' }, 'podman', unix('DOCKER_HOST', '/d', true)],
    [
      'a host before a context',
      { DOCKER_HOST: 'unix:///d', DOCKER_CONTEXT: 'work' },
      'docker',
      unix('DOCKER_HOST', '/d', true),
    ],
    [
      'DOCKER_CONTEXT',
      { DOCKER_CONTEXT: 'work' },
      'docker',
      {
        kind: 'tcp',
        host: 'work.test',
        port: 2376,
        tls: workTls,
        source: 'docker context work',
        named: true,
      },
    ],
    ['the context in use', {}, 'docker', unix('docker context colima', '/colima.sock', true)],
    [
      'empty variables are none',
      { DOCKER_HOST: '', CONTAINER_HOST: '', DOCKER_CONTEXT: '', DOCKER_CONFIG: '' },
      'docker',
      unix('docker context colima', '/colima.sock', true),
    ],
    ['default', { DOCKER_CONTEXT: 'default' }, 'docker', unix('docker context default', DOCKER, true)],
  ])('%s', async (_, env, prefer, engine) => {
    expect(find(await files(), env, prefer)).toEqual([engine])
  })

  it('DOCKER_CONFIG holds another folder of contexts', async () => {
    const other = await machine({
      files: {
        [CONFIG]: '{"currentContext": "colima"}',
        '/etc/d/config.json': '{"currentContext": "x"}',
        [meta('x').replace(`${HOME}/.docker`, '/etc/d')]: contextMeta('ssh://me@x.test'),
      },
    })
    expect(find(other, { DOCKER_CONFIG: '/etc/d' })).toEqual([
      { kind: 'ssh', url: 'ssh://me@x.test', source: 'docker context x', named: true },
    ])
  })

  it.each(['{}', '{"currentContext": ""}', '{"currentContext": "default"}'])(
    '%s names none',
    async (text) => {
      const plain = await machine({ sockets: [DOCKER], files: { [CONFIG]: text } })
      expect(find(plain)).toEqual([unix(DOCKER, DOCKER)])
      expect(find(await files(), {}, 'podman')[0]).toEqual(unix('Podman', '/run/podman/podman.sock'))
    },
  )
})

describe('TLS to DOCKER_HOST', () => {
  const tlsOf = async (env: Env, files: Record<string, string>) => {
    const [engine] = find(await machine({ files }), { DOCKER_HOST: 'tcp://d.test', ...env })
    return engine?.kind === 'tcp' ? [engine.port, engine.tls] : null
  }
  const pems = (folder: string) =>
    Object.fromEntries(['ca', 'cert', 'key'].map((name) => [`${folder}/${name}.pem`, name]))
  const tls = (folder: string, verify: boolean) => ({
    ...{ ca: `${folder}/ca.pem`, cert: `${folder}/cert.pem`, key: `${folder}/key.pem`, verify },
  })
  const own = `${HOME}/.docker`

  it.each<[string, Env, Record<string, string>, unknown]>([
    ['none asked for', { DOCKER_CERT_PATH: '/c' }, pems('/c'), [2375, null]],
    ['verified', { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/c' }, pems('/c'), [2376, tls('/c', true)]],
    ['set to 0 is set', { DOCKER_TLS_VERIFY: '0' }, pems(own), [2376, tls(own, true)]],
    ['empty is not set', { DOCKER_TLS_VERIFY: '' }, pems(own), [2375, null]],
    ['not verified', { DOCKER_TLS: '1' }, pems(own), [2376, tls(own, false)]],
    [
      'verified without its authority names it all the same',
      { DOCKER_TLS_VERIFY: '1' },
      {},
      [2376, { ca: `${own}/ca.pem`, cert: null, key: null, verify: true }],
    ],
    ['beside DOCKER_CONFIG', { DOCKER_TLS: '1', DOCKER_CONFIG: '/d' }, pems('/d'), [2376, tls('/d', false)]],
  ])('%s', async (_, env, files, expected) => {
    expect(await tlsOf(env, files)).toEqual(expected)
  })
})

describe('what is named and broken is an error', () => {
  it.each<[string, Env, Record<string, string>, RegExp, string]>([
    ['a pipe', { DOCKER_HOST: 'npipe:////./pipe/x' }, {}, /^DOCKER_HOST is a named pipe/, 'unset'],
    ['no host', { CONTAINER_HOST: 'ssh://' }, {}, /^CONTAINER_HOST names no host/, 'unset'],
    [
      'an unknown context',
      { DOCKER_CONTEXT: 'gone' },
      {},
      /^DOCKER_CONTEXT names the docker context gone, and there is no .*meta\.json/,
      'unset DOCKER_CONTEXT',
    ],
    [
      'the context in use is gone',
      {},
      { [CONFIG]: '{"currentContext":"gone"}' },
      /config\.json names the docker context gone, and there is no .*meta\.json/,
      'docker context use default',
    ],
    [
      'meta.json is no JSON',
      { DOCKER_CONTEXT: 'x' },
      { [meta('x')]: '{"Host": secret' },
      /meta\.json is not a JSON object/,
      'docker context ls',
    ],
    [
      'it has no docker endpoint',
      { DOCKER_CONTEXT: 'x' },
      { [meta('x')]: '{"Endpoints": {"kubernetes": {}}}' },
      /gives no Endpoints\.docker\.Host/,
      'docker context ls',
    ],
    ['its host is no text', { DOCKER_CONTEXT: 'x' }, { [meta('x')]: contextMeta(7) }, /gives no/, 'ls'],
    ['its host is empty', { DOCKER_CONTEXT: 'x' }, { [meta('x')]: contextMeta('') }, /gives no/, 'ls'],
    [
      'its host is a pipe',
      { DOCKER_CONTEXT: 'x' },
      { [meta('x')]: contextMeta('npipe:////./pipe/x') },
      /the host in .* is a named pipe/,
      'ls',
    ],
    ['config.json is no JSON', {}, { [CONFIG]: '{"auths": {"x": "secret"}' }, /not a JSON object/, 'mend'],
    ['config.json is a list', {}, { [CONFIG]: '[]' }, /config\.json is not a JSON object/, 'mend'],
    ['a context that is no text', {}, { [CONFIG]: '{"currentContext": 1}' }, /is no text/, 'use default'],
    ['config.json is a folder', {}, { [`${CONFIG}/x`]: '' }, /cannot be read \(EISDIR\)/, 'DOCKER_HOST'],
    [
      'a name that hides',
      { DOCKER_CONTEXT: 'a\u001b[2J\u202e' },
      {},
      /a\\x1b\[2J\\u\{202e\}/,
      'docker context ls',
    ],
  ])('%s', async (_, env, files, message, hint) => {
    const found = await machine({ sockets: [DOCKER], files })
    try {
      find(found, env)
    } catch (error) {
      if (!(error instanceof McpRunError)) throw error
      expect(error.code).toBe('sandbox-unavailable')
      expect(error.message).toMatch(message)
      expect(error.message).not.toContain('secret')
      expect(error.hint).toContain(hint)
      return
    }
    throw new Error('another engine was found')
  })
})
