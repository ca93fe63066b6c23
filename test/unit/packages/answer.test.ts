import { expect, test } from 'vitest'
import { asAnswer } from '../../../runtime/packages/answer.ts'
import { factsText } from '../../../runtime/packages/facts-text.ts'

const FULL = {
  ...{ version: '1.0.0', integrity: 'sha512-x', registry: 'https://npm.example/' },
  ...{
    published: '2026-01-01T10:20:30+00:00',
    user: 'ann',
    maintainers: ['ann', 3, 'bob'],
    signed: 2,
    unsigned: 1,
  },
  times: { created: '2020-01-01', modified: '2026-01-01', '1.0.0': '2026-01-01', '1.1.0': 'soon' },
  signature: { state: 'verified', keyid: 'k' },
  provenance: {
    state: 'verified',
    repository: 'github.com/a/b',
    workflow: '.github/w.yml',
    commit: 'c'.repeat(40),
  },
  failed: [{ id: 'x@1', why: 'no' }, 'rubbish'],
}

test('what was found is read', () => {
  const answer = asAnswer(FULL)
  expect(answer).toMatchObject({
    version: '1.0.0',
    facts: {
      published: '2026-01-01T10:20:30.000Z',
      publisher: { user: 'ann', maintainers: ['ann', 'bob'] },
      signature: FULL.signature,
      provenance: FULL.provenance,
      dependencies: { signed: 2, unsigned: 1 },
    },
    failed: [{ id: 'x@1', why: 'no' }, { id: 'a package' }],
  })
  expect([...answer.times.keys()]).toEqual(['1.0.0'])
  expect(factsText(answer.facts)).toBe(
    'published 2026-01-01 10:20 by ann; signed by the registry; built from github.com/a/b (.github/w.yml, cccccccccccc)',
  )
})

test.each([null, 3, 'x', [], {}, { signature: 3, times: [], maintainers: {}, failed: 'x', signed: -1 }])(
  '%j says nothing, and nothing of it is shown as good',
  (value) => {
    const { facts, failed, version } = asAnswer(value)
    expect([facts.signature.state, facts.provenance.state, facts.published, version, failed]).toEqual([
      ...['unchecked', 'unverified', null, ''],
      [],
    ])
  },
)

test('a problem is told without what is secret, and proves nothing', () => {
  const { facts } = asAnswer({ ...FULL, problem: 'no https://joe:pw@h/' }, (text) =>
    text.replace('joe:pw@', ''),
  )
  expect(facts.signature).toEqual({ state: 'unchecked', why: 'no https://h/' })
  expect(facts.provenance).toEqual({ state: 'unverified', why: 'no https://h/' })
})

test('what is too long, or too much, is cut', () => {
  const { facts } = asAnswer({ ...FULL, user: 'x'.repeat(1000), maintainers: Array(1000).fill('x') })
  expect(facts.publisher.user).toHaveLength(300)
  expect(facts.publisher.maintainers).toHaveLength(100)
})

test.each([
  [{}, 'the registry does not say when nor by whom it was published; unsigned registry; no provenance'],
  [{ user: 'ann' }, 'published by ann, the registry does not say when; unsigned registry; no provenance'],
  [
    { published: '2026-01-01' },
    'published 2026-01-01 00:00, by whom the registry does not say; unsigned registry; no provenance',
  ],
])('%j', (value, text) => {
  const base = { signature: { state: 'unsigned-registry' }, provenance: { state: 'none' } }
  expect(factsText(asAnswer({ ...base, ...value }).facts)).toBe(text)
})
