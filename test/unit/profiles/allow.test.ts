import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Allowance, declareDestination } from '../../../profiles/allow.ts'
import { loadProfile } from '../../../profiles/load.ts'
import { profileFolder } from './profile-folder.ts'

const EXA = 'name: exa\npackage: exa-mcp-server@3.4.1\negress:\n  - host: api.exa.ai\n'

type Asked = Partial<Allowance>
const asked = (folder: ReturnType<typeof profileFolder>, more: Asked): Allowance => ({
  ...{ server: 'exa', host: 'new.test', port: 443, purpose: null },
  ...{ userDir: folder.userDir, builtinDir: folder.builtinDir },
  ...more,
})

/** The text of `user/exa.yaml` after one destination was added to it. */
function allowed(before: string, more: Asked = {}): string {
  const folder = profileFolder({ 'builtin/exa.yaml': EXA, 'user/exa.yaml': before })
  const done = declareDestination(asked(folder, more))
  expect(done).toMatchObject({ file: folder.at('user/exa.yaml'), before })
  expect(readFileSync(done.file, 'utf8')).toBe(done.after)
  return done.after
}

describe('a new file', () => {
  it('is a layer over the built-in profile', () => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA })
    const { file, before, after, diff } = declareDestination(asked(folder, { purpose: 'say "hi": # 1' }))
    expect([file, before]).toEqual([folder.at('user/exa.yaml'), ''])
    expect(after).toBe(
      '# What exa may reach beyond its built-in profile.\nextends: exa\n\negress:\n' +
        '  - host: new.test\n    ports: [443]\n    purpose: "say \\"hi\\": # 1"\n',
    )
    expect(diff).toBe(`--- /dev/null\n+++ ${file}\n@@ -0,0 +1,7 @@\n${after.trimEnd().replace(/^/gm, '+')}\n`)
    const { egress } = loadProfile('exa', folder).profile
    expect(egress[1]).toMatchObject({ host: 'new.test', ports: [443], purpose: 'say "hi": # 1' })
  })

  it('is a profile of its own where none is built in', () => {
    const folder = profileFolder()
    const { after } = declareDestination(asked(folder, { server: 'scope-name' }))
    expect(after).toContain('name: scope-name\n\negress:\n  - host: new.test\n')
    expect(loadProfile('scope-name', folder).profile.egress).toHaveLength(1)
  })

  it('is for its owner alone, and leaves nothing beside it', () => {
    const folder = profileFolder({ 'builtin/exa.yaml': EXA })
    const { file } = declareDestination(asked(folder, {}))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(folder.userDir).mode & 0o777).toBe(0o700)
    expect(readdirSync(folder.userDir)).toEqual(['exa.yaml'])
  })
})

describe('what the entry says', () => {
  it.each<[Asked, string]>([
    [{ port: 80 }, '  - host: new.test\n    ports: [80]\n'],
    [{ port: 80, protocol: 'http' }, '  - host: new.test\n    ports: [80]\n'],
    [{ port: 8080, protocol: 'http' }, '  - host: new.test\n    ports: [8080]\n    protocol: http\n'],
    [{ host: 'New.Test.' }, '  - host: new.test\n    ports: [443]\n'],
    [{ host: '*.new.test' }, '  - host: "*.new.test"\n    ports: [443]\n'],
    [{ host: 'no' }, '  - host: "no"\n    ports: [443]\n'],
    [{ host: 'münchen.test' }, '  - host: xn--mnchen-3ya.test\n    ports: [443]\n'],
    [
      { host: '203.0.113.7', port: 4444, protocol: 'opaque' },
      '  - ip: 203.0.113.7\n    ports: [4444]\n    protocol: opaque\n',
    ],
    [{ host: '[2001:DB8::1]' }, '  - ip: "2001:db8::1"\n    ports: [443]\n'],
    [{ host: '10.9.0.0/16', port: 5432 }, '  - cidr: 10.9.0.0/16\n    ports: [5432]\n'],
    [{ host: 'localhost', port: 3000 }, '  - host-loopback: 3000\n'],
    [{ host: '127.0.0.1', port: 3000 }, '  - host-loopback: 3000\n'],
    [{ host: '[::1]', port: 3000, protocol: 'http' }, '  - host-loopback: 3000\n    protocol: http\n'],
  ])('%j', (more, entry) => {
    const before = 'extends: exa\negress:\n'
    expect(allowed(`${before}  - host: old.test\n`, more)).toBe(`${before}  - host: old.test\n${entry}`)
  })
})

describe('an existing file keeps every other byte', () => {
  const NEW = '  - host: new.test\n    ports: [443]\n'
  it.each<[string, string, string, Asked?]>([
    [
      'comments, quotes, odd spaces',
      '# mine\nextends:   exa   # yes\n\negress:\n  - host: old.test   # old\n\n# the end\n',
      `# mine\nextends:   exa   # yes\n\negress:\n  - host: old.test   # old\n${NEW}\n# the end\n`,
    ],
    ['no list yet', 'extends: exa\n', `extends: exa\n\negress:\n${NEW}`],
    ['no line end', 'extends: exa', `extends: exa\n\negress:\n${NEW}`],
    ['no line end behind the list', 'egress:\n  - host: a.test', `egress:\n  - host: a.test\n${NEW}`],
    [
      'a list that is not indented',
      'egress:\n- host: old.test\nmode: enforce\n',
      'egress:\n- host: old.test\n- host: new.test\n  ports: [443]\nmode: enforce\n',
    ],
    [
      'an empty list',
      'name: exa\negress: []   # nothing\nmode: enforce\n',
      `name: exa\negress:   # nothing\n${NEW}mode: enforce\n`,
    ],
    ['an empty list at the end', 'name: exa\negress: []', `name: exa\negress:\n${NEW}`],
    [
      'a list in brackets',
      'name: exa\negress: [{host: old.test}]  # one\n',
      'name: exa\negress: [{host: old.test}, {host: new.test, ports: [443]}]  # one\n',
    ],
    [
      'a list in brackets over lines',
      'egress: [\n  {host: old.test},\n]\n',
      'egress: [\n  {host: old.test}, {host: new.test, ports: [443]},\n]\n',
    ],
    [
      'more fields behind it',
      'egress:\n  - host: old.test\n    purpose: >\n      long\n      text\n\nmode: enforce\n',
      `egress:\n  - host: old.test\n    purpose: >\n      long\n      text\n${NEW}\nmode: enforce\n`,
    ],
    [
      'CRLF',
      'egress:\r\n  - host: a.test\r\n',
      `egress:\r\n  - host: a.test\r\n${NEW.replaceAll('\n', '\r\n')}`,
    ],
    ['a wide dash', 'egress:\n  -   host: old.test\n', `egress:\n  -   host: old.test\n${NEW}`],
  ])('%s', (_, before, after, more = {}) => {
    expect(allowed(before, more)).toBe(after)
  })
})

describe('another port of a host joins its entry', () => {
  it.each<[string, string, string, Asked?]>([
    [
      'ports in brackets',
      '  - host: new.test\n    ports: [8443] # one\n',
      '  - host: new.test\n    ports: [8443, 443] # one\n',
    ],
    [
      'ports on lines',
      '  - host: new.test\n    ports:\n      - 8443 # one\n    purpose: x\n',
      '  - host: new.test\n    ports:\n      - 8443 # one\n      - 443\n    purpose: x\n',
    ],
    ['one port', '  - port: 8443\n    host: new.test\n', '  - ports: [8443, 443]\n    host: new.test\n'],
    [
      'no port',
      '  - host: new.test # new\n    purpose: x\n',
      '  - host: new.test # new\n    ports: [443, 8443]\n    purpose: x\n',
      { port: 8443 },
    ],
    [
      'no port, in braces',
      '  - {host: new.test}\n',
      '  - {host: new.test, ports: [443, 8443]}\n',
      { port: 8443 },
    ],
    [
      'a host loopback',
      '  - host-loopback: 3000\n',
      '  - host-loopback: [3000, 3001]\n',
      { host: 'localhost', port: 3001 },
    ],
    [
      'several of them',
      '  - host-loopback: [3000, 3001]\n',
      '  - host-loopback: [3000, 3001, 3002]\n',
      { host: 'localhost', port: 3002 },
    ],
    [
      'the same purpose',
      '  - host: new.test\n    purpose: x\n',
      '  - host: new.test\n    ports: [443, 8443]\n    purpose: x\n',
      { port: 8443, purpose: 'x' },
    ],
    [
      'the host in other letters',
      '  - host: NEW.test.\n',
      '  - host: NEW.test.\n    ports: [443, 8443]\n',
      { port: 8443 },
    ],
    [
      'with the blocks it resolves to',
      '  - host: new.test\n    resolves: [10.0.0.0/8]\n',
      '  - host: new.test\n    ports: [443, 8443]\n    resolves: [10.0.0.0/8]\n',
      { port: 8443 },
    ],
  ])('%s', (_, before, after, more = {}) => {
    const head = 'extends: exa\negress:\n'
    expect(allowed(head + before, more)).toBe(head + after)
  })

  it.each<[string, string, Asked, string]>([
    [
      'another purpose',
      '  - host: new.test\n',
      { port: 8443, purpose: 'x' },
      '  - host: new.test\n    ports: [8443]\n    purpose: "x"\n',
    ],
    [
      'another protocol',
      '  - host: new.test\n',
      { port: 8080, protocol: 'http' },
      '  - host: new.test\n    ports: [8080]\n    protocol: http\n',
    ],
    [
      'an entry of another protocol',
      '  - host: new.test\n    protocol: opaque\n',
      {},
      '  - host: new.test\n    ports: [443]\n',
    ],
    [
      'a name below it',
      '  - host: new.test\n',
      { host: 'x.new.test' },
      '  - host: x.new.test\n    ports: [443]\n',
    ],
  ])('but not with %s', (_, before, more, entry) => {
    const head = 'extends: exa\negress:\n'
    expect(allowed(head + before, more)).toBe(head + before + entry)
  })
})

it('a second protocol for one port is a rule of its own', () => {
  const after = allowed('egress:\n  - host: new.test\n', { protocol: 'opaque' })
  expect(after).toBe(
    'egress:\n  - host: new.test\n  - host: new.test\n    ports: [443]\n    protocol: opaque\n',
  )
})

it('follows a link, and shows only what changed', () => {
  const text = `${Array.from({ length: 9 }, (_, index) => `# ${index}\n`).join('')}extends: exa\negress:\n  - host: a.test\n`
  const folder = profileFolder({ 'builtin/exa.yaml': EXA })
  mkdirSync(folder.userDir)
  writeFileSync(folder.at('elsewhere.yaml'), text)
  symlinkSync(folder.at('elsewhere.yaml'), folder.at('user/exa.yaml'))
  const { diff, file } = declareDestination(asked(folder, {}))
  expect(readFileSync(folder.at('elsewhere.yaml'), 'utf8')).toContain('new.test')
  expect(diff).toBe(
    [
      ...[`--- ${file}`, `+++ ${file}`, '@@ -10,3 +10,5 @@'],
      ...[' extends: exa', ' egress:', '   - host: a.test', '+  - host: new.test', '+    ports: [443]', ''],
    ].join('\n'),
  )
})
