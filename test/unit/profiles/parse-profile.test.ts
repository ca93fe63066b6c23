import { describe, expect, it } from 'vitest'
import { parseProfile } from '../../../profiles/parse-profile.ts'
import { McpRunError } from '../../../runtime/model/errors.ts'

function failure(text: string): McpRunError {
  try {
    parseProfile(text, 'p.yaml')
  } catch (error) {
    if (error instanceof McpRunError) return error
    throw error
  }
  throw new Error(`accepted: ${text}`)
}

const source = (text: string) => parseProfile(text, 'p.yaml').source
/** One entry under `egress:`, whose own lines are indented by four. */
const entry = (fields: string): string => `name: a\negress:\n  - ${fields}\n`

describe('a whole profile', () => {
  it('is read field by field', () => {
    const text = `
name: my-server
title: My server
publisher: Me
note: run it by hand
package: {npm: "@me/my-server", version: ^1.2.0, bin: serve}
command: [node, "./index.js"]
args: [--stdio]
path-arguments: write
env:
  pass: [API_KEY, API_KEY]
  set: {CACHE: "\${HOME}/cache", WHERE: "\${CWD}", PRICE: "5 $"}
egress:
  - host: API.Example.COM.
    purpose: search
  - host: "*.Zone.example"
    ports: [443, 8443, 443]
  - host: münchen.example
    port: 80
  - host: mixed.example
    ports: [80, 443]
  - host: corp.example
    resolves: [10.0.0.0/8, "FD00::/8"]
    protocol: opaque
    transport: tcp
  - cidr: 10.9.0.0/16
    ports: [5432]
    protocol: server-first
  - ip: "2001:DB8:0::7"
  - host-loopback: 3000
  - host-loopback: [8080, 8081]
    protocol: http
files: {read: [~/notes, ./here], write: [/tmp/there]}
limits: {memory: 1.5GiB, cpus: 0.5, pids: 64, required: true}
callback-ports: [3334, 8090, 3334]
mode: monitor
`
    const tcp = { transport: 'tcp', purpose: null, ports: [443], protocol: 'tls' }
    const host = { kind: 'host', inspect: 'no', requests: null, reads: [] }
    expect(source(text)).toEqual({
      extends: null,
      name: 'my-server',
      title: 'My server',
      publisher: 'Me',
      note: 'run it by hand',
      package: { registry: 'npm', name: '@me/my-server', version: '^1.2.0', bin: 'serve', publishers: [] },
      ...{ image: null, installScripts: [], minAge: null },
      command: ['node', './index.js'],
      args: ['--stdio'],
      pathArguments: 'write',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the profile's own placeholders
      env: { pass: ['API_KEY'], set: { CACHE: '${HOME}/cache', WHERE: '${CWD}', PRICE: '5 $' } },
      egress: [
        { ...host, host: 'api.example.com', resolves: [], ...tcp, purpose: 'search' },
        { ...host, host: '*.zone.example', resolves: [], ...tcp, ports: [443, 8443] },
        { ...host, host: 'xn--mnchen-3ya.example', resolves: [], ...tcp, ports: [80], protocol: 'http' },
        { ...host, host: 'mixed.example', resolves: [], ...tcp, ports: [80], protocol: 'http' },
        { ...host, host: 'mixed.example', resolves: [], ...tcp },
        {
          ...host,
          host: 'corp.example',
          resolves: ['10.0.0.0/8', 'fd00::/8'],
          ...tcp,
          protocol: 'opaque',
        },
        { kind: 'cidr', cidr: '10.9.0.0/16', ...tcp, ports: [5432], protocol: 'server-first' },
        { kind: 'ip', ip: '2001:db8::7', ...tcp },
        { kind: 'host-loopback', ...tcp, ports: [3000], protocol: 'opaque' },
        { kind: 'host-loopback', ...tcp, ports: [8080, 8081], protocol: 'http' },
      ],
      sinks: [],
      knownValues: [],
      alertBackground: null,
      callbackPorts: [3334, 8090],
      files: { read: ['~/notes', './here'], write: ['/tmp/there'] },
      limits: { memory: 1.5 * 1024 ** 3, cpus: 0.5, pids: 64, required: true },
      mode: 'monitor',
      recorded: null,
    })
  })

  it.each([
    ['exa-mcp-server@3.4.1', 'exa-mcp-server', '3.4.1'],
    ['"@scope/name@latest"', '@scope/name', 'latest'],
    ['"x@>=1.2 <2 || ^3"', 'x', '>=1.2 <2 || ^3'],
  ])('package: %s', (text, name, version) => {
    const { package: found } = source(`name: a\npackage: ${text}\negress: []`)
    expect(found).toEqual({ registry: 'npm', name, version, bin: null, publishers: [] })
  })

  it.each([
    ['512M', 512 * 1024 ** 2],
    ['"512 MB"', 512 * 1024 ** 2],
    ['4096k', 4 * 1024 ** 2],
    ['2g', 2 * 1024 ** 3],
    ['1T', 1024 ** 4],
    ['536870912B', 536_870_912],
  ])('memory: %s', (text, bytes) => {
    expect(source(`name: a\nlimits: {memory: ${text}}\negress: []`).limits.memory).toBe(bytes)
  })

  it('takes one host with two protocols, and CRLF, and a byte order mark', () => {
    const both = source(
      entry('host: a.test\n  - host: a.test\n    protocol: opaque').replaceAll('\n', '\r\n'),
    )
    expect(both.egress.map((rule) => rule.protocol)).toEqual(['tls', 'opaque'])
    expect(source('\ufeffname: a\negress: []').name).toBe('a')
  })
})

describe('a file that is no profile', () => {
  it.each([
    ['', '1:1: the file is empty', 'egress: []'],
    ['# a comment\n', '1:1: the file is empty', 'egress: []'],
    ['- a', '1:1: the file holds a list', 'name:'],
    ['text', '1:1: the file holds `text`', 'name:'],
    ['name: a\n\tegress: []', '2:1: a tab', 'spaces'],
    ['name: a\negress:\n\t- host: a.test', '3:1: a tab', 'spaces'],
    ['name: a\negress: []\n---\nname: b', '3:1: a second document', 'one file holds one profile'],
    ['name: a\n title: b', '1:7: `:` in a value', 'same column'],
    ['name: a\negress: [', '2:10: a quote, comma or bracket is missing', 'close what was opened'],
    ['name: "a', '1:9: ', 'close what was opened'],
    ['name: a: b', '1:7: `:` in a value', 'quotes'],
    ['name: a\nname: b\negress: []', '2:1: name: appears twice', 'keep one'],
    ['name: a\nenv: {set: {A: x, A: y}}\negress: []', '2:19: env.set.A: appears twice', 'keep one'],
    ['name: a\nargs: &x [b]\negress: []', '2:10: args: `&x` names a value', 'write the value out'],
    ['name: a\nargs: *x\negress: []', '2:7: args: `*x` refers', 'quotes'],
    ['name: !!binary aGk=\negress: []', '1:16: name: the tag', 'leave it out'],
    ['name: !x a\negress: []', '1:7: a tag', 'leave out'],
    ['? [a]\n: b', "1:3: a field's name", 'field: value'],
    ['<<: {name: a}\negress: []', '1:1: <<: no such field', 'the fields here are'],
    ['__proto__: {name: a}\negress: []', '1:1: __proto__: no such field', 'the fields here are'],
    ['name: a', '1:1: the profile does not say what the server may reach', 'egress: []'],
    ['name: a\negress:', '2:8: egress: is empty', 'egress: []'],
    ['name: a\negress: {}', '2:9: egress: must be a list, not a mapping', 'docs/profiles.md'],
  ])('%j', (text, message, hint) => {
    const error = failure(text)
    expect(error.code).toBe('profile-invalid')
    expect(error.message.startsWith(`p.yaml:${message}`), error.message).toBe(true)
    expect(error.hint).toContain(hint)
  })
})

describe('a field that is wrong', () => {
  it.each([
    ['nmae: a\negress: []', '1:1: nmae: no such field', 'did you mean `name`?'],
    ['name: a\negres: []', '2:1: egres: no such field', 'did you mean `egress`?'],
    ['name: a\nenv: {pas: [A]}\negress: []', '2:7: env.pas: no such field', 'did you mean `pass`?'],
    ['name: a\nlimits: {memroy: 1G}\negress: []', '2:10: limits.memroy: no', 'did you mean `memory`?'],
    ['name: a\nfiles: {raed: [x]}\negress: []', '2:9: files.raed: no', 'did you mean `read`?'],
    ['name: a\nhosts: [x]\negress: []', '2:1: hosts: no such field', 'the fields here are extends, name'],
    ['name: A\negress: []', '1:7: name: `A` is no name', 'small letters'],
    ['name: ../x\negress: []', '1:7: name: `../x` is no name', 'small letters'],
    ['name: a.yaml\negress: []', '1:7: name: `a.yaml` is no name', 'small letters'],
    ['name: 7\negress: []', '1:7: name: must be text, not 7', 'quotes'],
    ['name: "a\\0"\negress: []', '1:7: name: `a\\x00` is no name', 'small letters'],
    ['name: a\ntitle:\negress: []', '2:7: title: is empty', 'remove it'],
    ['name: a\npackage: exa\negress: []', '2:10: package: `exa` has no version', '"exa@latest"'],
    ['name: a\npackage: "@x/y"\negress: []', '2:10: package: `@x/y` has no version', '"@x/y@1.2.3"'],
    ['name: a\npackage: @x/y@1\negress: []', '2:10: a value cannot begin', '"@x/y@1"'],
    ['name: a\npackage: x@npm:y@1\negress: []', '2:10: package: `npm:y@1` is no version', '@latest'],
    ['name: a\npackage: ../x@1\negress: []', '2:10: package: `../x@1` is no npm package', 'name@1.2.3'],
    ['name: a\npackage: 3\negress: []', '2:10: package: must be text such as `name@1.2.3`', ''],
    ['name: a\npackage: {npm: x}\negress: []', '2:10: package.version: is missing', 'version:'],
    ['name: a\npackage: {npm: x, version: 1.0}\negress: []', '2:28: package.version: must be text', 'quotes'],
    ['name: a\npackage: {npm: x y, version: "1"}\negress: []', '2:16: package.npm: `x y` is no npm', 'name'],
    ['name: a\npackage: {npm: x, version: "file:y"}\negress: []', '2:28: package.version: `file:y`', '1.2.3'],
    ['name: a\ncommand: node x\negress: []', '2:10: command: must be a list', '["node","x"]'],
    ['name: a\ncommand: []\negress: []', '2:10: command: is empty', 'remove it'],
    ['name: a\nargs: [--port, 3000]\negress: []', '2:16: args[1]: must be text, not 3000', 'quotes'],
    ['name: a\nargs: ["a\\0b"]\negress: []', '2:8: args[0]: holds a NUL', 'remove it'],
    ['name: a\nenv: {pass: [A=b]}\negress: []', '2:14: env.pass[0]: `A=b` is no variable', '`set`'],
    ['name: a\nenv: {set: {A-B: x}}\negress: []', '2:13: env.set.A-B: `A-B` is no variable', 'API_KEY'],
    ['name: a\nenv: {set: {A: 1}}\negress: []', '2:16: env.set.A: must be text, not 1', 'quotes'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder that profiles do not have
    ['name: a\nenv: {set: {A: "${PWD}"}}\negress: []', '2:16: env.set.A: `${PWD}` stands', 'HOME and CWD'],
    ['name: a\nenv: {pass: [A], set: {A: x}}\negress: []', '2:14: env.pass[0]: is also', 'keep one'],
    ['name: a\nlimits: {memory: lots}\negress: []', '2:18: limits.memory: `lots` is no size', '`512M`'],
    ['name: a\nlimits: {memory: -1}\negress: []', '2:18: limits.memory: `-1` is no size', '`512M`'],
    ['name: a\nlimits: {memory: 12}\negress: []', '2:18: limits.memory: 12 is not enough', '`512M`'],
    ['name: a\nlimits: {cpus: 0}\negress: []', '2:16: limits.cpus: must be at least 0.01', ''],
    ['name: a\nlimits: {pids: 1.5}\negress: []', '2:16: limits.pids: must be a whole number', ''],
    ['name: a\nlimits: {required: yes}\negress: []', '2:20: limits.required: must be true or false', ''],
    ['name: a\nmode: monitr\negress: []', '2:7: mode: must be one of enforce, monitor', '`monitor`?'],
    ['name: a\nfiles: {read: /x}\negress: []', '2:15: files.read: must be a list', '["/x"]'],
  ])('%j', (text, message, hint) => {
    const error = failure(text)
    expect(error.message.startsWith(`p.yaml:${message}`), error.message).toBe(true)
    expect(error.hint).toContain(hint)
  })
})

describe('an entry that is wrong', () => {
  it.each([
    ['host: "*"', '3:11: egress[0].host: `*` alone would declare everything', '*.example.com'],
    ['host: *', '3:11: a value cannot begin with *', '*.example.com'],
    ['host: "*.*"', '3:11: egress[0].host: `*` alone', '*.example.com'],
    ['host: *.github.com', '3:11: egress[0].host: `*.github.com` refers', '"*.github.com"'],
    ['host: "*github.com"', '3:11: egress[0].host: `*github.com`: `*` stands for whole', '"*.github.com"'],
    ['host: a.*.b.test', '3:11: egress[0].host: `a.*.b.test`: `*` stands for whole', '"*.b.test"'],
    ['host: "*.*.test.example"', '3:11: egress[0].host: `*.*.test.example`: `*` stands', '"*.test.example"'],
    ['host: a.*', '3:11: egress[0].host: `a.*`: `*` stands', '"*.example.com"'],
    ['host: .github.com', '3:11: egress[0].host: `.github.com` begins with a dot', '"*.github.com"'],
    ['host: "*.com"', "3:11: egress[0].host: `*.com` would declare everybody's", '*.example.com'],
    ['host: "*.co.uk"', "3:11: egress[0].host: `*.co.uk` would declare everybody's", '*.example.co.uk'],
    ['host: https://a.test:8443/x', '3:11: egress[0].host: `https://a.test:8443/x` is a URL', '[8443]'],
    ['host: a.test:8443', '3:11: egress[0].host: `a.test:8443` has a port', '`ports: [8443]`'],
    [
      'host: "[2001:db8::1]:443"',
      '3:11: egress[0].host: `[2001:db8::1]:443` has a port',
      'ip: "2001:db8::1"',
    ],
    ['host: a.test/x', '3:11: egress[0].host: `a.test/x` has a path', '`host: a.test`'],
    ['host: me@a.test', '3:11: egress[0].host: `me@a.test` has a user', '`host: a.test`'],
    ['host: 203.0.113.7', '3:11: egress[0].host: `203.0.113.7` is an address', '`ip: 203.0.113.7`'],
    ['host: "::ffff:203.0.113.7"', '3:11: egress[0].host: `203.0.113.7` is an address', '`ip: 203.0.113.7`'],
    ['host: 10.0.0.0/8', '3:11: egress[0].host: `10.0.0.0/8` is a block', '`cidr: 10.0.0.0/8`'],
    ['host: 0x7f.1', '3:11: egress[0].host: `0x7f.1` is no host name', 'api.example.com'],
    ['host: "2130706433"', '3:11: egress[0].host: `2130706433` is no host name', 'api.example.com'],
    ['host: a b.test', '3:11: egress[0].host: `a b.test` is no host name', 'api.example.com'],
    ['host: " a.test"', '3:11: egress[0].host: begins or ends with a space', '`a.test`'],
    ['host: "a\\e[2Jb.test"', '3:11: egress[0].host: `a\\x1b[2Jb.test` is no host name', ''],
    ['host: ""', '3:11: egress[0].host: is empty', 'api.example.com'],
    ['host: localhost', '3:11: egress[0].host: localhost is the sandbox', '`host-loopback: PORT`'],
    ['host: 443', '3:11: egress[0].host: must be text, not 443', 'quotes'],
    ['ip: a.test', '3:9: egress[0].ip: `a.test` is no address', '`host:`'],
    ['ip: 203.0.113.7:80', '3:9: egress[0].ip: `203.0.113.7:80` has a port', '`ports: [80]`'],
    ['ip: 10.0.0.0/8', '3:9: egress[0].ip: `10.0.0.0/8` is a block', '`cidr:`'],
    ['ip: 127.0.0.1', '3:9: egress[0].ip: `127.0.0.1` is the sandbox', '`host-loopback: PORT`'],
    ['ip: "::ffff:127.0.0.1"', '3:9: egress[0].ip: `127.0.0.1` is the sandbox', '`host-loopback: PORT`'],
    ['ip: 169.254.169.254', '3:9: egress[0].ip: `169.254.169.254` is a metadata', 'remove'],
    ['ip: 0.0.0.0', "3:9: egress[0].ip: `0.0.0.0` is nobody's", 'remove'],
    ['cidr: 10.0.0.1/8', '3:11: egress[0].cidr: `10.0.0.1/8` has bits set', '`10.0.0.0/8`'],
    ['cidr: 0.0.0.0/0', '3:11: egress[0].cidr: `0.0.0.0/0` would declare', '/8'],
    ['cidr: "::/0"', '3:11: egress[0].cidr: `::/0` would declare', '/7'],
    ['cidr: 127.0.0.0/8', '3:11: egress[0].cidr: `127.0.0.0/8` is the sandbox', '`host-loopback: PORT`'],
    ['cidr: 203.0.113.7', '3:11: egress[0].cidr: `203.0.113.7` is no block', '`ip:`'],
    [
      'host: a.test\n    resolves: [10.0.0.1/8]',
      '4:16: egress[0].resolves[0]: `10.0.0.1/8` has',
      '10.0.0.0/8',
    ],
    ['ip: 203.0.113.7\n    resolves: [10.0.0.0/8]', '4:5: egress[0].resolves: is for hosts', 'remove'],
    ['host: a.test\n    ports: [0]', '4:13: egress[0].ports[0]: 0 is no port', '1 to 65535'],
    ['host: a.test\n    ports: [443, 65536]', '4:18: egress[0].ports[1]: 65536 is no port', '1 to 65535'],
    ['host: a.test\n    ports: ["443"]', '4:13: egress[0].ports[0]: must be a number', 'without quotes'],
    ['host: a.test\n    ports: 8000-8010', '4:12: egress[0].ports: must be a list', 'ranges are not'],
    ['host: a.test\n    ports: []', '4:12: egress[0].ports: is empty', 'port 443'],
    ['host: a.test\n    port: 70000', '4:11: egress[0].port: 70000 is no port', '1 to 65535'],
    ['host: a.test\n    port: 1\n    ports: [2]', '4:5: egress[0].port: stands beside `ports`', 'keep'],
    ['host: a.test\n    transport: udp', '4:16: egress[0].transport: `udp` is never let through', 'QUIC'],
    ['host: a.test\n    protocol: tsl', '4:15: egress[0].protocol: must be one of', '`tls`?'],
    ['host: a.test\n    prot: 1', '4:5: egress[0].prot: no such field', '`port`?'],
    ['host: a.test\n    purpose: ""', '4:14: egress[0].purpose: must be at least 1', ''],
    ['host: a.test\n    ip: 203.0.113.7', '4:5: egress[0].ip: stands beside `host`', 'one entry for each'],
    ['purpose: x', '3:5: egress[0]: says no destination', 'host, cidr, ip, host-loopback'],
    ['a.test', '3:5: egress[0]: must be a mapping', '`- host: a.test`'],
    ['host-loopback: "3000"', '3:20: egress[0].host-loopback: must be a port', 'without quotes'],
    ['host-loopback: 70000', '3:20: egress[0].host-loopback: 70000 is no port', '1 to 65535'],
    ['host-loopback: [1, 0]', '3:24: egress[0].host-loopback[1]: 0 is no port', '1 to 65535'],
    ['host-loopback: 1\n    ports: [2]', '4:5: egress[0].ports: stands beside', '[PORT, PORT]'],
    ['host: a.test\n  - host: A.test.', '4:5: egress[1]: a.test:443 (tls) is declared already', 'remove'],
    ['host: a.test\n  - host: a.test\n    ports: [80, 443]', '4:5: egress[1]: a.test:443', 'remove'],
  ])('%j', (fields, message, hint) => {
    const error = failure(entry(fields))
    expect(error.message.startsWith(`p.yaml:${message}`), error.message).toBe(true)
    expect(error.hint).toContain(hint)
  })
})

it('says all that is wrong, in the order of the file, with the hint for the first', () => {
  const error = failure('name: a\negress:\n  - host: "*"\n  - host: 203.0.113.7\nlimits: {memory: lots}\n')
  expect(error.message.split('\n').map((line) => line.slice(0, 11))).toEqual([
    ...['p.yaml:3:11', 'p.yaml:4:11', 'p.yaml:5:18'],
  ])
  expect(error.hint).toContain('*.example.com')
  const many = failure(`name: a\negress:\n${'  - host: "*"\n'.repeat(20)}`)
  expect(many.message.split('\n')).toHaveLength(9)
  expect(many.message).toMatch(/\nand 12 more$/)
})
