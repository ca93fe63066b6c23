import { describe, expect, it } from 'vitest'
import { type Comparison, compareRuns, type RunAgain } from '../../../../cli/profiles/compare.ts'
import { hostOfFlow, hostOfQuery } from '../../../../cli/profiles/contacted.ts'
import type { RecordedRun } from '../../../../runtime/model/profile.ts'

const RAN: RunAgain = { hosts: ['a.test', 'b.test'], failure: null, absent: false }
const recorded: RecordedRun = {
  date: '2026-11-26',
  version: '1',
  backend: 'native',
  env: {},
  args: [],
  call: null,
  hosts: ['a.test', 'b.test'],
}

describe('compareRuns', () => {
  it.each<[string, Partial<RunAgain>, Comparison]>([
    ['the same hosts', {}, { kind: 'same' }],
    [
      'another host',
      { hosts: ['a.test', 'b.test', 'c.test'] },
      { kind: 'changed', changes: ['contacts c.test, which it did not'] },
    ],
    [
      'a host fewer',
      { hosts: ['b.test'] },
      { kind: 'changed', changes: ['does not contact a.test any more'] },
    ],
    [
      'one for another',
      { hosts: ['a.test', '198.51.100.7'] },
      {
        kind: 'changed',
        changes: ['contacts 198.51.100.7, which it did not', 'does not contact b.test any more'],
      },
    ],
    [
      'no start, and nothing contacted',
      { hosts: [], failure: 'does not start: no' },
      { kind: 'changed', changes: ['does not start: no'] },
    ],
    [
      'no start, but a new host',
      { hosts: ['c.test'], failure: 'does not start: no' },
      { kind: 'changed', changes: ['does not start: no', 'contacts c.test, which it did not'] },
    ],
    [
      'a package that is gone',
      { hosts: [], failure: 'does not start: gone', absent: true },
      { kind: 'changed', changes: ['does not start: gone'] },
    ],
  ])('%s', (_, again, expected) => {
    expect(compareRuns(recorded, { ...RAN, ...again }, null)).toEqual(expected)
  })

  it.each<[string, Partial<RunAgain>, Comparison['kind']]>([
    ['is no change where the profile says so', { hosts: [], failure: 'no', absent: true }, 'not-run'],
    ['but a server that fails is one', { hosts: [], failure: 'no' }, 'changed'],
    ['and one that runs is compared', { hosts: ['a.test'] }, 'changed'],
  ])('a package that cannot be fetched %s', (_, again, kind) => {
    expect(compareRuns(recorded, { ...RAN, ...again }, 'from a checkout').kind).toBe(kind)
  })

  it('hosts of an empty record are all new', () => {
    expect(compareRuns({ ...recorded, hosts: [] }, { ...RAN, hosts: [] }, null)).toEqual({ kind: 'same' })
    expect(compareRuns({ ...recorded, hosts: [] }, RAN, null)).toMatchObject({
      changes: ['contacts a.test, which it did not', 'contacts b.test, which it did not'],
    })
  })
})

describe('what was contacted', () => {
  it.each([
    ['api.example.com', 'api.example.com'],
    ['_mongodb._tcp.cluster.example.net', 'cluster.example.net'],
    ['intranet', 'intranet'],
    ['localhost', null],
    ['db.localhost', null],
    ['mcp-run', null],
    ['7.100.51.198.in-addr.arpa', null],
    ['', null],
  ])('a question for %j is about %j', (name, host) => expect(hostOfQuery({ name })).toBe(host))

  it.each([
    ['api.example.com', '198.18.0.1', 'api.example.com'],
    [null, '203.0.113.7', '203.0.113.7'],
    [null, null, null],
  ])('a connection to %j at %j', (name, address, host) => expect(hostOfFlow({ name, address })).toBe(host))
})
