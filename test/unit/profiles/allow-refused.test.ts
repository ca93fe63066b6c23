import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Allowance, declareDestination } from '../../../profiles/allow.ts'
import { McpRunError } from '../../../runtime/model/errors.ts'
import { profileFolder } from './profile-folder.ts'

const EXA = 'name: exa\npackage: exa-mcp-server@3.4.1\negress:\n  - host: api.exa.ai\n'

type Asked = Partial<Allowance>
const asked = (folder: ReturnType<typeof profileFolder>, more: Asked): Allowance => ({
  ...{ server: 'exa', host: 'new.test', port: 443, purpose: null },
  ...{ userDir: folder.userDir, builtinDir: folder.builtinDir },
  ...more,
})

/** The text of `user/exa.yaml` after one destination was added to it. */
function failure(act: () => unknown): McpRunError {
  try {
    act()
  } catch (error) {
    if (error instanceof McpRunError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('refused, and nothing written', () => {
  it.each<[string, string, Asked, string, string?]>([
    [
      'declared by the built-in profile',
      'extends: exa\n',
      { host: 'API.exa.ai' },
      'exa already declares api.exa.ai:443',
    ],
    ['declared in the file', 'egress: [{host: new.test}]\n', {}, 'exa already declares new.test:443'],
    [
      'declared by a wildcard',
      'egress: [{host: "*.new.test"}]\n',
      { host: 'a.new.test' },
      'exa already declares a.new.test:443, by *.new.test',
    ],
    [
      'declared by a block',
      'egress: [{cidr: 10.0.0.0/8}]\n',
      { host: '10.1.1.1' },
      'exa already declares 10.1.1.1:443, by 10.0.0.0/8',
    ],
    [
      'the same wildcard',
      'egress: [{host: "*.new.test"}]\n',
      { host: '*.new.test' },
      'exa already declares *.new.test:443',
    ],
    [
      'the same service',
      'egress: [{host-loopback: 3000}]\n',
      { host: 'localhost', port: 3000 },
      'exa already declares host-loopback:3000',
    ],
    ['no host', 'extends: exa\n', { host: '*' }, 'cannot declare this host: `*` alone', '*.example.com'],
    [
      'a URL',
      'extends: exa\n',
      { host: 'https://x.test' },
      'cannot declare this host: `https://x.test` is a URL',
      'x.test',
    ],
    ['metadata', 'extends: exa\n', { host: '169.254.169.254' }, 'is a metadata service, never let through'],
    ['a block too wide', 'extends: exa\n', { host: '0.0.0.0/0' }, 'a good part of the internet'],
    ['no port', 'extends: exa\n', { port: 70_000 }, '70000 is no port'],
    ['a purpose of two lines', 'extends: exa\n', { purpose: 'a\nb' }, 'the purpose is no line of text'],
    [
      'a layout without room',
      '{extends: exa}\n',
      {},
      'cannot be edited safely',
      '{host: new.test, ports: [443]}',
    ],
    ['an end mark', 'extends: exa\n...\n', {}, 'cannot be edited safely', '{host: new.test, ports: [443]}'],
  ])('%s', (_, before, more, message, hint = '') => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA, 'user/exa.yaml': before })
    const error = failure(() => declareDestination(asked(folder, more)))
    expect([error.code, error.message]).toEqual(['usage', expect.stringContaining(message)])
    expect(error.hint).toContain(hint)
    expect(readFileSync(folder.at('user/exa.yaml'), 'utf8')).toBe(before)
    expect(readdirSync(folder.userDir)).toEqual(['exa.yaml'])
  })

  it.each(['', '../exa', 'Exa', 'a/b', '\x1b[2J'])('a server named %j', (server) => {
    const error = failure(() => declareDestination(asked(profileFolder(), { server })))
    expect(error.message).toContain("is no server's name")
    expect(error.message).not.toContain('\x1b')
  })

  it('a file that is broken already', () => {
    const folder = profileFolder({ 'user/exa.yaml': 'egres: []\n' })
    expect(failure(() => declareDestination(asked(folder, {}))).code).toBe('profile-invalid')
  })
})
