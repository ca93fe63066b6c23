import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdsCredential, indexAccess } from '../../../../runtime/packages/python/index-access.ts'
import {
  parsePipConf,
  parseUvToml,
  readIndexConfig,
} from '../../../../runtime/packages/python/index-config.ts'

const NONE = {
  ...{ index: null, extra: [], trusted: [], cert: null, clientCert: null, proxy: null, pre: false },
}
const STANDARD = { index: 'https://standard.test/simple', files: 'files.test' }

describe('parsePipConf', () => {
  it.each([
    ['[global]\nindex-url = http://a.test/\n', { 'index-url': 'http://a.test/' }],
    [
      '[global]\nIndex_URL: http://a.test/\n[install]\nindex-url=http://b.test/',
      { 'index-url': 'http://b.test/' },
    ],
    [
      '[install]\nindex-url=http://b.test/\n[global]\nindex-url=http://a.test/',
      { 'index-url': 'http://b.test/' },
    ],
    [
      '[global]\nextra-index-url =\n    http://a.test/\n    http://b.test/\n# x\ntimeout = 5',
      { 'extra-index-url': 'http://a.test/ http://b.test/', timeout: '5' },
    ],
    ['[list]\nindex-url = http://a.test/', {}],
    ['; a\n= x\nno value\n[', {}],
  ])('%j', (text, expected) => {
    expect(parsePipConf(text)).toEqual(expected)
  })
})

describe('parseUvToml', () => {
  it.each([
    ['index-url = "http://a.test/"', { index: 'http://a.test/', extra: [] }],
    ["[pip]\nindex-url = 'http://a.test/'", { index: 'http://a.test/', extra: [] }],
    [
      'extra-index-url = ["http://a.test/", "http://b.test/"]',
      { index: null, extra: ['http://a.test/', 'http://b.test/'] },
    ],
    [
      '[[index]]\nname = "x"\nurl = "http://x.test/"\n\n[[index]]\nurl = "http://d.test/"\ndefault = true',
      { index: 'http://d.test/', extra: ['http://x.test/'] },
    ],
    ['[tool]\nindex-url = "http://a.test/"', { index: null, extra: [] }],
    ['', { index: null, extra: [] }],
  ])('%j', (text, expected) => {
    expect(parseUvToml(text)).toEqual(expected)
  })
})

describe('readIndexConfig', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'index-config-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
  }
  const read = (tool: 'uv' | 'pip', env: Record<string, string> = {}) => {
    const { index, extra } = readIndexConfig(tool, { HOME: home, ...env })
    return { index, extra }
  }

  it('the user’s files, then PIP_CONFIG_FILE, then variables', () => {
    write('.pip/pip.conf', '[global]\nindex-url=http://old.test/\n')
    expect(read('pip').index).toBe('http://old.test/')
    write('.config/pip/pip.conf', '[global]\nindex-url=http://user.test/\n')
    expect(read('pip').index).toBe('http://user.test/')
    write('named.conf', '[global]\nindex-url=http://named.test/\n')
    expect(read('pip', { PIP_CONFIG_FILE: join(home, 'named.conf') }).index).toBe('http://named.test/')
    expect(read('pip', { PIP_CONFIG_FILE: '/dev/null' }).index).toBeNull()
    expect(read('pip', { PIP_INDEX_URL: 'http://env.test/' }).index).toBe('http://env.test/')
  })

  it('uvx goes by uv’s, and by pip’s where that names none; pipx by pip’s', () => {
    write('.config/pip/pip.conf', '[global]\nindex-url=http://pip.test/\n')
    expect(read('uv').index).toBe('http://pip.test/')
    write('.config/uv/uv.toml', 'index-url = "http://uv.test/"')
    expect(read('uv').index).toBe('http://uv.test/')
    expect(read('pip').index).toBe('http://pip.test/')
    expect(read('uv', { UV_INDEX_URL: 'http://a.test/' }).index).toBe('http://a.test/')
    const both = {
      UV_INDEX_URL: 'http://a.test/',
      UV_DEFAULT_INDEX: 'own=http://b.test/',
      UV_INDEX: 'x=http://x.test/',
    }
    expect(read('uv', both)).toEqual({ index: 'http://b.test/', extra: ['http://x.test/'] })
    expect(read('uv', { UV_NO_CONFIG: '1' }).index).toBe('http://pip.test/')
  })
})

describe('indexAccess', () => {
  const hosts = (config: object) =>
    indexAccess({ ...NONE, ...config }, STANDARD).egress.map((rule) =>
      rule.kind === 'host' ? `${rule.host}:${rule.ports}` : rule.kind,
    )

  it.each([
    ['pip’s own default, with the host of its files', {}, ['standard.test:443', 'files.test:443']],
    ['the same by name', { index: 'https://standard.test/simple/' }, ['standard.test:443', 'files.test:443']],
    ['another alone', { index: 'https://a.test/simple' }, ['a.test:443']],
    [
      'several',
      { index: 'http://a.test:8080/', extra: ['https://b.test/', 'https://standard.test/simple'] },
      ['a.test:8080', 'b.test:443', 'standard.test:443', 'files.test:443'],
    ],
    ['this machine', { index: 'http://localhost:3141/' }, ['host-loopback']],
  ])('reaches %s', (_, config, expected) => {
    expect(hosts(config)).toEqual(expected)
  })

  it.each(['file:///wheels', 'ftp://a.test/', 'x', 'http://a.test/ http://b.test/'])(
    'refuses %s',
    (index) => {
      expect(() => indexAccess({ ...NONE, index }, STANDARD)).toThrow('no http or https URL')
    },
  )

  it('keeps credentials out of what is shown, and knows them', () => {
    const config = { ...NONE, index: 'https://user:pass-word@a.test/simple' }
    const { shown, secrets, settings } = indexAccess(config, STANDARD)
    expect([shown, secrets]).toEqual(['https://a.test/simple', ['pass-word']])
    expect(settings['index-url']).toBe(config.index)
    expect([holdsCredential(config), holdsCredential(NONE)]).toEqual([true, false])
  })

  it('trusts what the user named without TLS, and nothing else', () => {
    const { settings } = indexAccess(
      { ...NONE, index: 'http://a.test/', extra: ['https://b.test/'] },
      STANDARD,
    )
    expect(settings['trusted-host']).toBe('a.test')
  })
})
