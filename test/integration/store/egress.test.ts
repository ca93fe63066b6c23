import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { serverFile } from '../../../runtime/store/store-folder.ts'
import {
  alert,
  closed,
  DENIED,
  DENIED_QUERY,
  during,
  flow,
  flowClosed,
  NOON,
  opened,
  query,
  request,
  requestEnded,
} from '../../unit/store/entries.ts'
import { openServer } from '../../unit/store/temporary-store.ts'
import { versionOne } from '../../unit/store/version-one.ts'
import { EGRESS, temporaryFolder } from './store-worker.ts'

function egress(...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [EGRESS, ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  return { stdout, stderr, status }
}

/** A store with a finished session of two servers. */
function twoServers(): string {
  const { store, commit, db } = openServer('exa')
  commit(opened(), flow({ inspection: 'inspected' }), request({ attribution: during('search') }))
  commit(requestEnded(), flowClosed(), flow({ id: 's1.2', name: 'api.agnost.ai', ...DENIED }))
  commit(query(), query({ id: 'q2', name: 'evil.test', ...DENIED_QUERY }), alert(), closed())
  db.close()
  const other = openServer('@scope/other', store)
  other.commit(opened({ server: '@scope/other' }), flow(), closed())
  other.db.close()
  return store
}

test('report, flows, dns and alerts of a store', () => {
  const store = twoServers()
  const report = JSON.parse(egress('report', '--store', store, '--format', 'json').stdout)
  expect(report.store).toBe(store)
  expect(report.servers.map((each: { server: string }) => each.server)).toEqual(['@scope/other', 'exa'])
  expect(report.servers[1].destinations[0]).toMatchObject({ name: 'api.agnost.ai', action: 'denied' })
  expect(report.alerts).toHaveLength(1)

  const lines = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  expect(
    lines(egress('flows', '--server', 'exa', '--format', 'jsonl', '--store', store).stdout),
  ).toMatchObject([
    { id: 's1.1', server: 'exa', session: 's1', startedAt: new Date(NOON).toISOString(), durationMs: 500 },
    { id: 's1.2', state: 'denied', durationMs: null },
  ])
  expect(lines(egress('dns', '--server', 'exa', '--format', 'jsonl', '--store', store).stdout)).toMatchObject(
    [
      { name: 'api.exa.ai', action: 'allowed' },
      { name: 'evil.test', action: 'denied', reason: 'dns-undeclared' },
    ],
  )
  expect(
    lines(egress('requests', '--server', 'exa', '--format', 'jsonl', '--store', store).stdout),
  ).toMatchObject([
    { id: 'r1', server: 'exa', flow: 's1.1', status: 200, durationMs: 40, calls: [{ tool: 'search' }] },
  ])
  expect(JSON.parse(egress('alerts', '--format', 'json', '--store', store).stdout).alerts).toEqual(
    report.alerts,
  )
  for (const [command, shown] of [
    ['report', 'api.agnost.ai'],
    ['flows --server exa', 'api.agnost.ai'],
    ['requests --server exa', 'search'],
    ['dns --server exa', 'evil.test'],
    ['alerts', 'api.agnost.ai'],
  ] as const) {
    const { stdout, status } = egress(...command.split(' '), '--store', store)
    expect(stdout).toContain(shown)
    expect(stdout).not.toContain('\u001b')
    expect(status).toBe(0)
  }
  expect(egress('--store', store, 'report', '--server', '@scope/other').stdout).not.toContain('agnost')
  expect(
    JSON.parse(egress('report', '--store', store, '--since', '2126-01-01', '--format', 'json').stdout),
  ).toMatchObject({
    servers: [
      { destinations: [], runs: [] },
      { destinations: [], runs: [] },
    ],
    alerts: [],
  })
})

test('an empty store: a word for a person, valid JSON for a program', () => {
  const store = join(temporaryFolder(), 'absent')
  expect(egress('report', '--store', store).stdout).toContain('Nothing has been recorded')
  expect(egress('alerts', '--store', store).stdout).toContain('Nothing has been recorded')
  expect(JSON.parse(egress('report', '--store', store, '--format', 'json').stdout)).toMatchObject({
    servers: [],
    alerts: [],
  })
})

describe('what cannot be done ends with 2 and names the option', () => {
  test.each([
    ['', /Usage/],
    ['nonsense', /nonsense/],
    ['report --since 7x', /--since.*7x/],
    ['report --format xml', /--format.*xml/],
    ['report --nonsense', /--nonsense/],
    ['report --server absent', /--server.*absent/],
    ['flows', /--server/],
    ['requests', /--server/],
    ['requests --server exa --format csv', /--format.*csv/],
    ['prune', /--older-than/],
    ['prune --older-than never', /--older-than.*never/],
    ['allow exa --purpose x', /host:port/],
    ['allow exa api.example.com:99999 --purpose x', /HOST:PORT/],
    ['allow exa 169.254.169.254:80 --purpose x', /169\.254/],
  ])('egress %s', (line, message) => {
    const words = line.split(' ').filter((word) => word !== '')
    const { stderr, stdout, status } = egress(...words, '--store', temporaryFolder())
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
    expect(status).toBe(2)
  })

  test('an unknown server: which there are', () => {
    expect(egress('flows', '--server', 'exo', '--store', twoServers()).stderr).toContain('@scope/other, exa')
  })
})

test('help and version end with 0', () => {
  for (const args of [['--help'], ['report', '--help'], ['--version']]) expect(egress(...args).status).toBe(0)
  expect(egress('--help').stdout).toMatch(/Examples:[\s\S]*Exit codes:/)
})

test('one damaged file hides no other; it is named, and the exit code is 4', () => {
  const store = twoServers()
  const file = serverFile(store, '@scope/other')
  writeFileSync(file, 'x'.repeat(10_000))
  for (const command of ['report', 'alerts']) {
    const { stdout, stderr, status } = egress(command, '--format', 'json', '--store', store)
    expect(JSON.parse(stdout).alerts).toHaveLength(1)
    expect(stderr).toContain(file)
    expect(stderr).toContain('damaged')
    expect(status).toBe(4)
  }
  expect(egress('report', '--store', store).stdout).toContain('api.agnost.ai')
  expect(readFileSync(file, 'utf8')).toBe('x'.repeat(10_000))
})

test('a newer file is named and left alone', () => {
  const store = twoServers()
  const db = new Database(serverFile(store, 'exa'))
  db.pragma('user_version = 99')
  db.close()
  const { stdout, stderr, status } = egress('report', '--store', store, '--format', 'json')
  expect(stderr).toContain('newer mcp-run')
  expect(JSON.parse(stdout).servers).toHaveLength(1)
  expect(status).toBe(4)
})

test('a history of the version before is brought up to date, and every command reads it', () => {
  const { store, file } = versionOne()
  const { stdout, stderr, status } = egress('report', '--store', store, '--format', 'json')
  expect([stderr, status]).toEqual(['', 0])
  expect(JSON.parse(stdout).servers).toMatchObject([
    { server: 'exa', destinations: [{ name: 'api.exa.ai', flows: 1, bytesSent: 10, tools: [] }] },
  ])
  const requests = egress('requests', '--server', 'exa', '--format', 'jsonl', '--store', store)
  expect(requests.stdout.trimEnd().split('\n')).toHaveLength(4)
  expect(requests.stdout).toContain('"unread":"only its head was read"')
  expect(egress('flows', '--server', 'exa', '--store', store).stdout).toContain('api.exa.ai')
  const db = new Database(file)
  expect(db.pragma('user_version', { simple: true })).toBe(3)
  db.close()
})

test('hostile names reach no terminal, in any format', () => {
  const { store, commit, db } = openServer()
  const name = '\u001b[2J\u001b]8;;x\u0007\u202e\u009b\n<script>'
  commit(
    opened({ notEnforced: [name] }),
    flow({ name, sni: name, ...DENIED }),
    query({ name, ...DENIED_QUERY }),
    request({ ...DENIED, host: name, path: name, method: name, attribution: during(name) }),
  )
  commit(
    alert({ destination: { address: null, port: 443, transport: 'tcp', name, nameSource: 'tls_sni' } }),
    closed(),
    opened({ id: 's2' }),
  )
  for (const kind of ['host', 'path', 'field', 'tool', 'tool-description'] as const)
    commit({ kind: 'trait', session: 's2', at: NOON, trait: { kind, place: name, name, detail: name } })
  db.close()
  for (const command of [
    'report',
    'alerts',
    'flows --server exa',
    'requests --server exa',
    'dns --server exa',
    'drift',
    'attest exa-mcp-server@3.4.1',
  ]) {
    const machine = command.includes('--server') ? 'jsonl' : 'json'
    for (const format of ['table', machine]) {
      const { stdout } = egress(...command.split(' '), '--format', format, '--store', store)
      expect(stdout).toContain('<script>')
      expect(stdout).toMatch(/^[\x20-\x7e\n…]*$/)
    }
  }
})

test('a reader that has seen enough ends a listing quietly', () => {
  const { store, commit, db } = openServer()
  commit(opened(), ...Array.from({ length: 20_000 }, (_, n) => flow({ id: `s1.${n}` })), closed())
  db.close()
  const line = `"$0" "$1" flows --server exa --format jsonl --store "$2" | head -n 1; echo "\${PIPESTATUS[0]}"`
  const result = spawnSync('bash', ['-c', line, process.execPath, EGRESS, store], { encoding: 'utf8' })
  expect(result.stderr).toBe('')
  expect(result.stdout.split('\n').slice(1)).toEqual(['0', ''])
  const all = egress('flows', '--server', 'exa', '--format', 'jsonl', '--store', store).stdout
  expect(all.trimEnd().split('\n')).toHaveLength(20_000)
})

test('a store that is mounted read-only is read all the same, and a lost recorder is seen', () => {
  const { store, commit, db } = openServer()
  commit(opened({ pid: 2 ** 22 + 1 }), flow())
  const digest = () =>
    createHash('sha256')
      .update(readFileSync(serverFile(store, 'exa')))
      .digest('hex')
  const before = digest()
  const mounts = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']
  const script =
    'mount --bind "$3" "$3" && mount -o remount,bind,ro "$3" && "$1" "$2" report --format json --store "$3"'
  const result = spawnSync(
    'unshare',
    [...mounts, 'sh', '-c', script, 'sh', process.execPath, EGRESS, store],
    {
      encoding: 'utf8',
    },
  )
  expect(result.stderr).toBe('')
  expect(JSON.parse(result.stdout).servers).toMatchObject([
    {
      server: 'exa',
      gaps: [{ kind: 'recorder-lost', count: 1 }],
      destinations: [{ name: 'api.exa.ai', flows: 1 }],
    },
  ])
  expect(digest()).toBe(before)
  expect(db.prepare('SELECT count(*) FROM gaps').pluck().get()).toBe(0)
})

test('prune says what it deleted', () => {
  const { store, commit, db } = openServer()
  commit(opened({ startedAt: 1 }), flow({ startedAt: 2 }), flowClosed({ at: 3 }), closed('s1', 4))
  db.close()
  const prune = () => egress('prune', '--older-than', '400d', '--server', 'exa', '--store', store)
  expect(prune()).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/exa: 1 sessions, 1 flows, 1 days of destinations; .* freed/),
  })
  expect(prune().stdout).toContain('exa: nothing')
})

test('allow writes the layer, shows the change, and refuses it twice', () => {
  const store = temporaryFolder()
  const allow = (...words: string[]) => egress('allow', 'exa', ...words, '--store', store)
  const { stdout, status } = allow('api.example.com:8443', '--purpose', 'search')
  expect(status).toBe(0)
  expect(stdout).toContain('+  - host: api.example.com')
  expect(allow('db.example.com:5432', '--protocol', 'opaque').status).toBe(0)
  const layer = readFileSync(join(store, 'profiles', 'exa.yaml'), 'utf8')
  for (const part of ['8443', 'search', 'db.example.com', 'opaque']) expect(layer).toContain(part)
  const again = allow('api.example.com:8443')
  expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('already declares') })
})
