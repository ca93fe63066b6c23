import { describe, expect, it } from 'vitest'
import { ClientState } from '../../../runtime/mcp/client-state.ts'
import type { LogLevel } from '../../../runtime/mcp/log-level.ts'
import { type MessageFacts, noFacts } from '../../../runtime/mcp/message-facts.ts'

type Step = ['client' | 'server', Partial<MessageFacts>]

const initialize: Step = ['client', { id: '0', method: 'initialize' }]
const initialized: Step = ['client', { method: 'notifications/initialized' }]
const setLevel = (level: string): Step => ['client', { id: '5', method: 'logging/setLevel', level }]
const modern = (id: string | number, logLevel?: string, method = 'tools/call'): Step => [
  'client',
  { id: JSON.stringify(id), method, protocolVersion: '2026-07-28', logLevel },
]
const answer = (id: string | number): Step => ['server', { id: JSON.stringify(id), isResponse: true }]
const cancel = (requestId: string | number): Step => [
  'client',
  { method: 'notifications/cancelled', requestId: JSON.stringify(requestId) },
]

const CASES: [name: string, steps: Step[], expected: Partial<Record<LogLevel, 'yes' | 'no' | 'later'>>][] = [
  ['no line yet', [], { info: 'later', error: 'later' }],
  [
    'a request that says nothing of its era',
    [['client', { id: '1', method: 'tools/list' }]],
    { error: 'later' },
  ],
  ['before initialized', [initialize], { info: 'later', error: 'later' }],
  ['initialized', [initialize, initialized], { info: 'no', notice: 'no', warning: 'yes', error: 'yes' }],
  ['initialized without initialize', [initialized], { warning: 'yes' }],
  ['a lower level', [initialize, initialized, setLevel('debug')], { debug: 'yes', info: 'yes' }],
  ['a higher level', [initialize, initialized, setLevel('alert')], { error: 'no', emergency: 'yes' }],
  ['the last level counts', [initialize, initialized, setLevel('alert'), setLevel('info')], { info: 'yes' }],
  [
    'an unknown level changes nothing',
    [initialize, initialized, setLevel('loud')],
    { info: 'no', warning: 'yes' },
  ],
  ['a level set before initialized', [initialize, setLevel('info'), initialized], { info: 'yes' }],
  ['initialize again', [initialize, initialized, setLevel('debug'), initialize], { error: 'later' }],
  [
    'initialize again forgets the level',
    [initialize, initialized, setLevel('debug'), initialize, initialized],
    { info: 'no', warning: 'yes' },
  ],
  ['a request that opts in', [modern(1, 'info')], { debug: 'no', info: 'yes', error: 'yes' }],
  ['a request that does not', [modern(1)], { error: 'later' }],
  ['an unknown level does not opt in', [modern(1, 'loud')], { error: 'later' }],
  ['answered', [modern(1, 'info'), answer(1)], { error: 'later' }],
  ['another is answered', [modern(1, 'info'), answer(2), answer('1')], { error: 'yes' }],
  ['a string id', [modern('1', 'info'), answer(1)], { error: 'yes' }],
  ['cancelled', [modern(1, 'info'), cancel(1)], { error: 'later' }],
  ['the lowest level of those in flight', [modern(1, 'error'), modern(2, 'info')], { info: 'yes' }],
  ['one left in flight', [modern(1, 'error'), modern(2, 'info'), answer(2)], { info: 'no', error: 'yes' }],
  ['a subscription', [modern(1, 'debug', 'subscriptions/listen')], { error: 'later' }],
  ['logging/setLevel means nothing without a handshake', [modern(1), setLevel('debug')], { error: 'later' }],
  [
    'a probe, then the handshake',
    [modern(1, 'debug'), initialize, initialized],
    { info: 'no', warning: 'yes' },
  ],
  ['a handshake that failed, then requests', [initialize, modern(1, 'info')], { info: 'yes' }],
  ['a handshake forgets requests', [modern(1, 'debug'), initialize, modern(2)], { error: 'later' }],
  [
    'a notification cannot opt in',
    [['client', { method: 'x', protocolVersion: '2026-07-28', logLevel: 'debug' }]],
    { error: 'later' },
  ],
  [
    'a server that speaks as a client would',
    [['server', { method: 'notifications/initialized' }]],
    { error: 'later' },
  ],
  [
    'a server that sets the level',
    [initialize, initialized, ['server', { method: 'logging/setLevel', level: 'debug' }]],
    { info: 'no' },
  ],
  [
    'a server that opts in',
    [modern(1), ['server', { id: '2', method: 'x', protocolVersion: '2026-07-28', logLevel: 'debug' }]],
    { error: 'later' },
  ],
]

function stateAfter(steps: readonly Step[]): ClientState {
  const state = new ClientState()
  for (const [from, facts] of steps) {
    if (from === 'client') state.fromClient({ ...noFacts(), ...facts })
    else state.fromServer({ ...noFacts(), ...facts })
  }
  return state
}

describe('ClientState', () => {
  it.each(CASES)('%s', (_name, steps, expected) => {
    const state = stateAfter(steps)
    const levels = Object.keys(expected) as LogLevel[]
    expect(Object.fromEntries(levels.map((level) => [level, state.takes(level)]))).toEqual(expected)
  })

  it('follows answers once a request has opted in', () => {
    expect(stateAfter([initialize, initialized, modern(1)]).followsAnswers).toBe(false)
    expect(stateAfter([modern(1, 'info'), answer(1)]).followsAnswers).toBe(true)
  })

  it('forgets the oldest of more than 1,024 requests that no one answers', () => {
    const many = Array.from({ length: 1024 }, (_, id) => modern(id + 1, 'error'))
    expect(stateAfter([modern(0, 'info'), ...many.slice(1)]).takes('info')).toBe('yes')
    expect(stateAfter([modern(0, 'info'), ...many]).takes('info')).toBe('no')
  })
})
