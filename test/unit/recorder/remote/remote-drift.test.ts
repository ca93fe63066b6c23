import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { fingerprint } from '../../../../runtime/fingerprint/fingerprint.ts'
import type { AlertEvent } from '../../../../runtime/model/alert.ts'
import type { JournalEntry } from '../../../../runtime/model/journal.ts'
import type { KnownTraits } from '../../../../runtime/model/traits.ts'
import { compileRules } from '../../../../runtime/policy/rules.ts'
import type { FromRecorder, ToRecorder } from '../../../../runtime/recorder/remote/messages.ts'
import { remoteJournal } from '../../../../runtime/recorder/remote/remote-journal.ts'
import { startRemoteRecorder } from '../../../../runtime/recorder/remote/remote-recorder.ts'
import { jsonChannel } from '../../../../runtime/tap/channel.ts'
import { flow, NOON, request } from '../../store/entries.ts'

const PLACE = 'api.exa.ai:443'
const support = { elsewhere: 3, here: 0 }
const KNOWN: KnownTraits = {
  versions: [{ label: 'x@1', isOwn: false }],
  traits: [
    { kind: 'host', place: '', name: `${PLACE}/tls`, detail: 'declared', support },
    { kind: 'path', place: PLACE, name: 'POST /email', detail: null, support },
    { kind: 'field', place: `${PLACE} POST /email`, name: '/To', detail: null, support },
  ],
  groups: [
    { kind: 'host', place: '', support },
    { kind: 'path', place: PLACE, support },
    { kind: 'field', place: `${PLACE} POST /email`, support },
  ],
}

it('what a recorder elsewhere read is judged, committed and told here', async () => {
  const [toHost, toRecorder] = [new PassThrough(), new PassThrough()]
  const far = jsonChannel(toRecorder, toHost)
  const written: (readonly JournalEntry[])[] = []
  const told: AlertEvent[] = []
  const print = fingerprint({
    server: 'exa',
    session: 's1',
    package: 'x@2',
    known: KNOWN,
    given: [],
  })
  const facts = { server: 'exa', session: 's1', phase: 'run', mode: 'monitor', profileFile: null } as const
  startRemoteRecorder({
    channel: jsonChannel(toHost, toRecorder),
    context: {
      ...facts,
      rules: compileRules([]),
      clock: () => NOON,
      journal: { write: async (...entries) => void written.push(entries), close: async () => undefined },
      follow: async (entries) => print.follow(entries),
      onAlert: (alert) => told.push(alert),
      onFailure: (error) => {
        throw error
      },
    },
    start: {
      ...facts,
      egress: [],
      hostname: 'h',
      upstreamProxy: null,
      alertBackground: false,
      inspection: null,
    },
    callbacks: { ports: [], hostLoopback: [], tell: () => undefined },
  })
  const journal = remoteJournal(far.as<ToRecorder, FromRecorder>())
  const made = request({ method: 'POST', path: '/email' }) as Extract<JournalEntry, { kind: 'http-request' }>
  const fields = {
    request: made.request,
    at: NOON,
    action: 'allowed',
    names: ['/To', '/Bcc'],
    more: false,
  } as const
  await journal.write(flow({ inspection: 'inspected' }), made)
  await journal.write({ kind: 'http-fields', fields })
  expect(written.map((entries) => entries.map(({ kind }) => kind))).toEqual([
    ['flow-opened', 'http-request', 'trait', 'trait'],
    ['trait', 'trait', 'alert'],
  ])
  expect(told).toMatchObject([
    { kind: 'drift', severity: 'high', evidence: { name: '/Bcc', version: 'x@2' } },
  ])
})
