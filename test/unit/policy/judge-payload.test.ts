import { expect, test } from 'vitest'
import type { Candidate, GivenSource, Provenance } from '../../../runtime/model/payload.ts'
import type { SinkRule } from '../../../runtime/model/profile.ts'
import { judgeFindings } from '../../../runtime/policy/judge-payload.ts'

const MAIL: Candidate = {
  kind: 'mail',
  value: 'x@evil.test',
  field: '/Bcc',
  encoding: [],
  place: 'recipient',
  sinks: [],
}

const SINK: SinkRule = {
  host: 'api.test',
  methods: [],
  path: '/**',
  field: '**',
  values: 'destinations',
  allow: ['call-arguments', 'environment', 'profile', 'response'],
  onUnexplained: 'block',
}

function from(...sources: GivenSource[]): Provenance {
  return { sources, kind: sources.length === 0 ? 'none' : 'given' }
}

function judged(
  candidate: Partial<Candidate>,
  provenance: Provenance,
  { mode = 'enforce', sink = {} }: { mode?: 'enforce' | 'monitor'; sink?: Partial<SinkRule> } = {},
) {
  const facts = { mode, host: 'api.test', sinks: [{ ...SINK, ...sink }] }
  const [finding] = judgeFindings([{ ...MAIL, ...candidate }], [provenance], facts)
  return finding && { provenance: finding.provenance, severity: finding.severity, blocks: finding.blocks }
}

test.each<[string, Partial<Candidate>, Provenance, string | undefined]>([
  ['a recipient from nowhere', {}, from(), 'high none'],
  ['a recipient that only the server said', {}, from('server'), 'high server'],
  ['a recipient that the client said again', {}, from('server', 'call-arguments'), undefined],
  ['a recipient of an earlier response', {}, from('response'), undefined],
  ['a recipient of the arguments', {}, from('call-arguments'), undefined],
  ['an address in text', { place: 'text' }, from(), 'low none'],
  ['a link to the service itself', { place: 'text', kind: 'host', value: 'www.api.test' }, from(), undefined],
  [
    'a link elsewhere',
    { place: 'text', kind: 'url', value: 'https://u@evil.test:8443/x' },
    from(),
    'low none',
  ],
  ['a way back to the machine', { kind: 'url', value: 'http://localhost:3000/callback' }, from(), undefined],
  ['one that only looks so', { kind: 'url', value: 'http://localhost.evil.test/x' }, from(), 'high none'],
  ['a credential from nowhere', { kind: 'credential', place: 'credential' }, from(), 'medium none'],
])('outside sinks, %s', (_, candidate, provenance, expected) => {
  const found = judged(candidate, provenance)
  expect(found && `${found.severity} ${found.provenance}`).toBe(expected)
  expect(found?.blocks ?? false).toBe(false)
})

test.each<[string, Provenance, Partial<SinkRule>, string | undefined]>([
  ['nowhere', from(), {}, 'none'],
  ['the arguments', from('call-arguments'), {}, undefined],
  ['a response', from('response'), {}, undefined],
  ['a response where that is not enough', from('response'), { allow: ['call-arguments'] }, 'response'],
  ['the server first, then the arguments', from('server', 'call-arguments'), {}, 'server'],
  [
    'the server first, where the sink takes its word',
    from('server', 'call-arguments'),
    { allow: ['call-arguments', 'server'] },
    undefined,
  ],
])('in a sink, a value from %s', (_, provenance, sink, expected) => {
  const found = judged({ sinks: [0], place: 'text' }, provenance, { sink })
  expect(found).toEqual(expected && { provenance: expected, severity: 'high', blocks: true })
})

test.each([
  ['general', true],
  ['c0evil', false],
  ['my-org', false],
])('a whole value %s that the server said first and the client again: allowed %s', (value, allowed) => {
  const found = judged({ kind: 'value', value, sinks: [0] }, from('server', 'call-arguments'))
  expect(found === undefined).toBe(allowed)
  expect(judged({ kind: 'value', value, sinks: [0] }, from('server'))).toMatchObject({ blocks: true })
})

test('monitor blocks nothing, nor does a sink that flags', () => {
  expect(judged({ sinks: [0] }, from(), { mode: 'monitor' })).toMatchObject({ blocks: false })
  expect(judged({ sinks: [0] }, from(), { sink: { onUnexplained: 'flag' } })).toMatchObject({ blocks: false })
})
