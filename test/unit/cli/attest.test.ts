import { expect, test } from 'vitest'
import { compareAttestations, parseAttestation } from '../../../cli/egress/attest-compare.ts'
import { attest } from '../../../cli/egress/attestation.ts'
import { newsOf } from '../../../cli/egress/drift-news.ts'
import { canonical } from '../../../runtime/model/canonical-json.ts'
import type { TraitKind } from '../../../runtime/model/traits.ts'
import type { VersionRecord, VersionTrait } from '../../../runtime/store/read/versions.ts'

const NOON = Date.UTC(2026, 10, 22, 12, 34, 56)
const PLACE = 'api.test:443'

function trait(kind: TraitKind, name: string, place = '', more: Partial<VersionTrait> = {}): VersionTrait {
  const seen = { sessions: 1, firstSession: 's1', firstSeen: NOON, lastSeen: NOON, isFirst: true }
  return { kind, name, place, detail: null, ...seen, ...more }
}

function version(traits: readonly VersionTrait[], more: Partial<VersionRecord> = {}): VersionRecord {
  const seen = { sessions: 2, firstSession: 's1', firstSeen: NOON, lastSeen: NOON + 86_400_000 }
  return { label: '@a/mail@1.0.16', integrity: 'sha512-x', ...seen, traits, ...more }
}

const TRAITS = [
  trait('tool', 'send'),
  trait('tool-description', 'sha256:d', 'send', { detail: 'Sends' }),
  trait('tool-schema', 'sha256:s', 'send'),
  trait('path', 'POST /email', PLACE),
  trait('path', 'GET /server', PLACE),
  trait('field', '/To', `${PLACE} POST /email`),
  trait('field', '/Bcc', `${PLACE} POST /email`),
  trait('host', 'api.test:443/tls', '', { detail: 'declared' }),
  trait('unread', 'blind.test:443'),
]

test('an attestation is sorted, to the day, and the same in whatever order things happened', () => {
  const one = attest('@a/mail@1.0.16', [version(TRAITS)])
  expect(one).toEqual({
    format: 'mcp-run attestation 1',
    name: '@a/mail',
    version: '1.0.16',
    integrity: 'sha512-x',
    sessions: 2,
    firstDay: '2026-11-22',
    lastDay: '2026-11-23',
    hosts: ['api.test:443/tls'],
    requests: [
      { host: PLACE, request: 'GET /server', fields: [] },
      { host: PLACE, request: 'POST /email', fields: ['/Bcc', '/To'] },
    ],
    tools: [{ name: 'send', descriptions: ['sha256:d'], schemas: ['sha256:s'] }],
    unread: ['blind.test:443'],
    beyond: [],
  })
  const other = attest('@a/mail@1.0.16', [version(TRAITS.slice(0, 4)), version(TRAITS.slice(3).reverse())])
  expect(JSON.stringify(canonical({ ...other, sessions: 2 }))).toBe(JSON.stringify(canonical(one)))
})

test('an image has no version but what its reference says', () => {
  expect(attest('ghcr.io/a/b:1', [version([])])).toMatchObject({ name: 'ghcr.io/a/b:1', version: null })
})

test('two are compared by what they say, not by how often', () => {
  const here = attest('@a/mail@1.0.16', [version(TRAITS)])
  const there = attest('@a/mail@1.0.16', [
    version([...TRAITS.filter(({ name }) => name !== '/Bcc'), trait('host', 'other.test:443/tls')], {
      sessions: 9,
      integrity: 'sha512-y',
    }),
  ])
  expect(compareAttestations(here, here)).toEqual([])
  expect(compareAttestations(here, { ...here, sessions: 4, firstDay: '2020-01-01' })).toEqual([])
  expect(compareAttestations(here, there).map(({ side, what, name }) => `${side} ${what} ${name}`)).toEqual([
    'here integrity sha512-x',
    `here field ${PLACE} POST /email: /Bcc`,
    'there integrity sha512-y',
    'there host other.test:443/tls',
  ])
})

test('what was written is read again, and what is no attestation is refused', () => {
  const here = attest('@a/mail@1.0.16', [version(TRAITS)])
  expect(parseAttestation(JSON.stringify(canonical(here)), 'f')).toEqual(here)
  const bad = [
    '',
    'null',
    '[]',
    '{}',
    '{"format":"mcp-run attestation 2"}',
    JSON.stringify({ ...here, hosts: [1] }),
  ]
  for (const text of [...bad, JSON.stringify({ ...here, requests: [{ host: 'a' }] })])
    expect(() => parseAttestation(text, 'f')).toThrow('is no attestation')
})

test('news: nothing of the very first session, and what came with a version or later', () => {
  const later = { firstSession: 's2' }
  const news = newsOf([
    version([...TRAITS, trait('field', '/Tag', `${PLACE} POST /email`, later)]),
    version(
      [
        trait('host', 'api.test:443/tls', '', { isFirst: false }),
        trait('host', 'new.test:443/tls'),
        trait('tool-description', 'sha256:e', 'send', { detail: 'Sends it' }),
        trait('tool', 'drop'),
        trait('tool-description', 'sha256:f', 'drop', { detail: 'Drops' }),
        trait('beyond', 'field'),
      ],
      { label: '@a/mail@1.0.17' },
    ),
  ])
  const shown = news.map(({ news: all }) =>
    all.map(({ trait: { name }, basis, difference }) => [name, basis, difference]),
  )
  expect(shown).toEqual([
    [['/Tag', 'session', null]],
    [
      ['new.test:443/tls', 'version', null],
      ['sha256:e', 'version', 'Sends{+ it+}'],
      ['drop', 'version', null],
    ],
  ])
  expect(news[0]).toMatchObject({
    counts: { host: 1, path: 2, field: 3, tool: 1 },
    unread: ['blind.test:443'],
  })
  expect(news[1]?.beyond).toEqual(['field'])
})
