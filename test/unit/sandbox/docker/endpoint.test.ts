import { describe, expect, it } from 'vitest'
import { parseEngineAddress } from '../../../../runtime/sandbox/docker/endpoint.ts'

const TLS = { ca: '/ca.pem', cert: null, key: null, verify: true }
const unix = (socketPath: string) => ({ kind: 'unix', socketPath })
const tcp = (host: string, port: number, tls: object | null = null) => ({ kind: 'tcp', host, port, tls })
const ssh = (url: string) => ({ kind: 'ssh', url })

describe('parseEngineAddress', () => {
  it.each([
    ['unix:///run/d.sock', null, unix('/run/d.sock')],
    ['UNIX:///run/a b', null, unix('/run/a b')],
    ['unix://', null, unix('/var/run/docker.sock')],
    ['unix:///run/d.sock', TLS, unix('/run/d.sock')],
    ['tcp://10.0.0.2:2375', null, tcp('10.0.0.2', 2375)],
    ['tcp://build.test', null, tcp('build.test', 2375)],
    ['tcp://build.test', TLS, tcp('build.test', 2376, TLS)],
    ['tcp://build.test:1/', TLS, tcp('build.test', 1, TLS)],
    ['tcp://:2375', null, tcp('localhost', 2375)],
    ['tcp://[fd00::1]:2375', null, tcp('fd00::1', 2375)],
    ['build.test:99', null, tcp('build.test', 99)],
    ['ssh://me@build.test', null, ssh('ssh://me@build.test')],
    ['ssh://build.test:2222/run/d.sock', TLS, ssh('ssh://build.test:2222/run/d.sock')],
  ])('%s', (text, tls, address) => {
    expect(parseEngineAddress(text, tls)).toEqual({ ok: true, address })
  })

  it.each([
    ['npipe:////./pipe/docker_engine', 'named pipe of Windows'],
    ['fd://', 'descriptor'],
    ['http://build.test:2375', 'scheme'],
    ['unix://run/d.sock', 'whole path'],
    ['unix:///run/\0', 'whole path'],
    ['/run/d.sock', 'path without a scheme'],
    ['', 'HOST:PORT'],
    ['tcp://', 'HOST:PORT'],
    ['tcp://me:secret@build.test:1', 'HOST:PORT'],
    ['tcp://build.test:2375/path', 'HOST:PORT'],
    ['tcp://fd00::1', 'HOST:PORT'],
    ['tcp://build.test:0', 'port'],
    ['tcp://build.test:65536', 'port'],
    ['ssh://', 'no host'],
    ['ssh://me:secret@build.test', 'password'],
    ['ssh://-oProxyCommand=x', 'dash'],
    ['ssh://-oProxyCommand=x@build.test', 'dash'],
    ['ssh://%2doProxyCommand=x@build.test', 'dash'],
    ['ssh://build.test?x', 'no part of a path'],
    ['ssh://build.test#x', 'no part of a path'],
  ])('refuses %j', (text, flaw) => {
    const parsed = parseEngineAddress(text, null)
    expect(parsed).toEqual({ ok: false, flaw: expect.stringContaining(flaw), hint: expect.any(String) })
    expect(JSON.stringify(parsed)).not.toContain('secret')
  })
})
