import { describe, expect, it } from 'vitest'
import { createCallTracker } from '../../../runtime/mcp/call-tracker.ts'
import { createWitness } from '../../../runtime/mcp/conversation.ts'
import { overhearValues } from '../../../runtime/mcp/overhear-values.ts'
import { BACKGROUND } from '../../../runtime/model/call.ts'
import type { Candidate } from '../../../runtime/model/payload.ts'
import { createGivenValues } from '../../../runtime/provenance/given-values.ts'
import { bridgeRig, INITIALIZED, settle } from './bridge-rig.ts'

const mail = (value: string): Candidate => {
  return { kind: 'mail', value, field: '/Bcc', encoding: [], place: 'recipient', sinks: [] }
}
const call = (to: string) =>
  `${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'send', arguments: { to } } })}\n`
const answer = (text: string) =>
  `${JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } })}\n`

function setUp() {
  const calls = createCallTracker()
  const given = createGivenValues()
  const rig = bridgeRig({ calls, overhear: overhearValues(given) })
  return { ...rig, calls, given, witness: createWitness({ calls, given }) }
}

describe('a witness of the conversation', () => {
  it('knows a call and its arguments as soon as the server can', async () => {
    const { client, server, witness } = setUp()
    const seen: unknown[] = []
    server.stdin.once('data', () =>
      queueMicrotask(async () => {
        seen.push((await witness.attribution()).calls[0]?.tool)
        seen.push(...(await witness.weigh([mail('alice@customer.test'), mail('phan@giftshop.club')])))
      }),
    )
    client.stdin.write(call('alice@customer.test'))
    await settle()
    expect(seen).toEqual([
      'send',
      { sources: ['call-arguments'], kind: 'given' },
      { sources: [], kind: 'none' },
    ])
  })

  it('knows what the server said before the client can repeat it', async () => {
    const { client, server, witness } = setUp()
    client.stdout.on('data', (chunk) => {
      if (String(chunk).endsWith('\n')) queueMicrotask(() => client.stdin.write(call('phan@giftshop.club')))
    })
    const said = answer('write to phan@giftshop.club')
    server.stdout.write(said.slice(0, 60))
    server.stdout.write(said.slice(60))
    await settle()
    expect(await witness.weigh([mail('phan@giftshop.club')])).toEqual([
      { sources: ['call-arguments', 'server'], kind: 'given' },
    ])
  })

  it('learns from responses', async () => {
    const { witness } = setUp()
    witness.learn(['template for bob@customer.test'])
    expect(await witness.weigh([mail('bob@customer.test')])).toEqual([
      { sources: ['response'], kind: 'response' },
    ])
  })

  it('does not take mcp-run’s own words for the server’s, and keeps what they name tainted', async () => {
    const { bridge, client, server, toClient, witness } = setUp()
    client.stdin.write(call('alice@customer.test'))
    await settle()
    await witness.weigh([mail('phan@giftshop.club')])
    bridge.annotate('1', 'stopped: phan@giftshop.club was given by nobody')
    server.stdout.write(answer('sent'))
    await settle()
    expect(toClient.text()).toContain('given by nobody')
    expect(await witness.weigh([mail('phan@giftshop.club')])).toEqual([{ sources: [], kind: 'none' }])
    client.stdin.write(call('phan@giftshop.club'))
    await settle()
    expect(await witness.weigh([mail('phan@giftshop.club')])).toEqual([
      { sources: ['call-arguments', 'server'], kind: 'given' },
    ])
  })

  it('takes what mcp-run tells of the server for the server’s word', async () => {
    const { bridge, client, witness } = setUp()
    client.stdin.write(INITIALIZED)
    await settle()
    bridge.notify('warning', { destination: 'evil.test.example.com:443', reason: 'undeclared' })
    client.stdin.write(call('evil.test.example.com'))
    await settle()
    const host: Candidate = { ...mail('evil.test.example.com'), kind: 'host' }
    expect(await witness.weigh([host])).toEqual([{ sources: ['call-arguments', 'server'], kind: 'given' }])
  })

  it('explains nothing where values are not followed', async () => {
    const witness = createWitness({ calls: createCallTracker(), given: null })
    witness.learn(['a@b.test'])
    expect(await witness.weigh([mail('a@b.test')])).toEqual([{ sources: [], kind: 'none' }])
    expect(await witness.attribution()).toEqual(BACKGROUND)
  })

  it('does its work in the order of the calls, before they return', async () => {
    const { witness } = setUp()
    const first = witness.weigh([mail('a@b.test')])
    witness.learn(['a@b.test'])
    const second = witness.weigh([mail('c@d.test')])
    witness.learn(['c@d.test', 'e@f.test'])
    const third = witness.weigh([mail('e@f.test')])
    const kinds = (await Promise.all([first, second, third])).map(([one]) => one?.kind)
    expect(kinds).toEqual(['none', 'none', 'response'])
  })
})
