import { describe, expect, test } from 'vitest'
import { judgeVersion } from '../../../runtime/packages/judge.ts'
import { type Facts, NO_FACTS, type Pin, type Provenance } from '../../../runtime/packages/pin.ts'
import { publisherChange } from '../../../runtime/packages/publisher-change.ts'
import { STRICT } from '../../../runtime/packages/trust.ts'

const HOUR = 3_600_000
const NOW = Date.parse('2026-03-01T12:00:00.000Z')
const built = (repository: string): Provenance => ({
  state: 'verified',
  repository,
  workflow: null,
  commit: null,
})
const FACTS: Facts = {
  ...NO_FACTS,
  registry: 'https://npm.example/',
  published: '2026-01-01T00:00:00.000Z',
  publisher: { user: 'ann', maintainers: ['ann', 'bob'] },
  signature: { state: 'verified', keyid: 'k' },
  provenance: built('github.com/a/b'),
}
const facts = (change: Partial<Facts>): Facts => ({ ...FACTS, ...change })

describe('who stands behind a version, against the last one', () => {
  test.each<readonly [string, Partial<Facts>, readonly string[], readonly string[]]>([
    ['nothing', {}, [], []],
    [
      'a maintainer of old',
      { publisher: { user: 'bob', maintainers: ['ann', 'bob'] } },
      [],
      ['published by bob, before by ann'],
    ],
    [
      'the same repository’s workflow',
      { publisher: { user: 'CI', maintainers: ['ann', 'bob'] } },
      [],
      ['published by CI, before by ann'],
    ],
    [
      'a stranger',
      { publisher: { user: 'eve\u202e', maintainers: ['ann', 'bob'] }, provenance: built('github.com/e/b') },
      ['published by eve\\u{202e}, before by ann', 'built from github.com/e/b, before from github.com/a/b'],
      [],
    ],
    [
      'another maintainer more, one less',
      { publisher: { user: 'ann', maintainers: ['ann', 'eve'] } },
      ['new maintainers: eve'],
      ['no longer maintainers: bob'],
    ],
    [
      'no signature',
      { signature: { state: 'unsigned-registry' } },
      ['not signed by the registry, which signed the one before'],
      [],
    ],
    ['another key', { signature: { state: 'verified', keyid: 'l' } }, [], ['signed with another key']],
    [
      'no provenance',
      { provenance: { state: 'none' } },
      ['nothing proves where it was built, before github.com/a/b'],
      [],
    ],
    [
      'another registry',
      { registry: 'https://other.example/' },
      [],
      ['from https://other.example/, before from https://npm.example/'],
    ],
  ])('%s', (_, change, serious, minor) => {
    expect(publisherChange(FACTS, facts(change))).toEqual({ serious, minor })
  })

  test('what was not known cannot change', () => {
    expect(publisherChange(NO_FACTS, FACTS)).toEqual({ serious: [], minor: [] })
  })
})

const ANSWER = {
  failed: [],
  times: new Map([
    ['1.0.0', NOW - 100 * HOUR],
    ['1.1.0', NOW - 30 * HOUR],
    ['1.2.0', NOW - 2 * HOUR],
  ]),
}
const judge = (change: object, trust: object = {}, last: Partial<Pin> | null = null, answer: object = {}) =>
  judgeVersion(
    { spec: 'x@^1', name: 'x', version: '1.2.0', ...FACTS, ...change },
    { ...ANSWER, ...answer },
    {
      trust: { ...STRICT, ...trust },
      now: NOW,
      last: last === null ? null : ({ version: '1.1.0', ...FACTS, ...last } as Pin),
    },
  )
const young = { published: new Date(NOW - 2 * HOUR).toISOString() }

test.each<readonly [string, () => unknown, object]>([
  [
    'a wrong signature',
    () =>
      judge({}, { accept: true, minAge: 0 }, null, {
        failed: [
          { id: 'y@1', why: 'no' },
          { id: 'z@1', why: 'no' },
        ],
      }),
    {
      code: 'install-failed',
      message: expect.stringContaining('the signature of y@1 does not hold, and 1 more: no'),
    },
  ],
  [
    'one of others than the profile names',
    () => judge({}, { publishers: ['eve'] }),
    {
      code: 'usage',
      message: expect.stringContaining('must be published by eve, as the profile says; it was by ann'),
    },
  ],
  [
    'a young one',
    () => judge(young),
    { code: 'usage', hint: 'x@1.1.0 is older; or --min-age 0 takes it all the same' },
  ],
  [
    'one that says it comes from the future',
    () => judge({ published: new Date(NOW + HOUR).toISOString() }),
    { code: 'usage' },
  ],
  [
    'another publisher',
    () => judge({ publisher: { user: 'eve', maintainers: [] }, provenance: { state: 'none' } }, {}, {}),
    {
      code: 'usage',
      hint: expect.stringContaining('mcp-run pin --accept x@^1; the version before still runs as x@1.1.0'),
    },
  ],
])('%s is refused', (_, act, error) => {
  expect(act).toThrow(expect.objectContaining(error))
})

test.each<readonly [string, () => readonly string[], readonly string[]]>([
  ['a first one', () => judge({}), []],
  ['a young one that was pinned before', () => judge(young, {}, { version: '1.2.0' }), []],
  ['a young one, where any age will do', () => judge(young, { minAge: 0 }), []],
  ['one whose time nobody tells', () => judge({ published: null }), []],
  ['the profile’s user', () => judge({}, { publishers: ['eve', 'ann'] }), []],
  ['the profile’s repository', () => judge({}, { publishers: ['github.com/a/b'] }), []],
  [
    'another publisher, accepted',
    () => judge({ signature: { state: 'unsigned' } }, { accept: true }, {}),
    ['x@1.2.0: not signed by the registry, which signed the one before'],
  ],
])('%s is taken', (_, act, remarks) => {
  expect(act()).toEqual(remarks)
})
