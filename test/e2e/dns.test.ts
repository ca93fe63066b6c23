import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import type { Question } from '../fixtures/sandboxed/dns.ts'
import { inside, insideShell } from '../fixtures/sandboxed/inside.ts'

const { api, resolver, publicDns } = addresses
const PROFILE = `name: p
egress:
  - host: api.test
  - host: hosts-file.test
  - host: alias.test
  - host: big.test
  - host: ech.test
  - host: v6only.test
  - host: nowhere.test
  - host: servfail.test
  - host: refused.test
  - host: silent.test
  - host: short
  - { host: opaque.test, ports: [1], protocol: opaque }
`

let internet: Internet
beforeAll(async () => {
  internet = await startInternet({
    zones: {
      'short.corp.test': [a('203.0.113.55')],
      '_pg._tcp.opaque.test': [
        { type: 'SRV', priority: 1, weight: 1, port: 5432, target: 'db.example.test' },
      ],
    },
    etc: { resolvConf: 'search corp.test\noptions timeout:1 attempts:1\n' },
  })
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let profile: string
  beforeEach(async () => {
    mcp = product(internet, { user })
    profile = mcp.profile('p', PROFILE)
    await internet.resetCounts()
  })
  const ask = async (...questions: readonly Question[]) => {
    const { answer } = await inside(mcp, profile, 'dnsInTurn', questions)
    return answer
  }
  const rows = () => history(mcp.store, 'p').dns
  const asked = () => internet.dnsQueries().map(({ name, type, transport }) => `${name} ${type} ${transport}`)

  it.each<readonly [string, Question, object]>([
    ['an address', { name: 'api.test', type: 'A' }, { rcode: 'NOERROR', answers: [`A ${api.v4}`] }],
    [
      'an IPv6 address',
      { name: 'API.test', type: 'AAAA' },
      { rcode: 'NOERROR', answers: [`AAAA ${api.v6}`] },
    ],
    ['a name without that family', { name: 'v6only.test', type: 'A' }, { rcode: 'NOERROR', answers: [] }],
    ['text', { name: 'api.test', type: 'TXT' }, { rcode: 'NOERROR', answers: ['TXT v=api'] }],
    ['over TCP', { name: 'api.test', type: 'A', transport: 'tcp' }, { answers: [`A ${api.v4}`] }],
    ['over IPv6', { name: 'api.test', type: 'A', server: 'fd00::2' }, { answers: [`A ${api.v4}`] }],
    ['an alias', { name: 'alias.test', type: 'A' }, { rcode: 'NOERROR', answers: [`A ${api.v4}`] }],
    ['a name that is not there', { name: 'nowhere.test', type: 'A' }, { rcode: 'NXDOMAIN', answers: [] }],
    ['text of a name that is not there', { name: 'nowhere.test', type: 'TXT' }, { rcode: 'NXDOMAIN' }],
    ['a failure', { name: 'servfail.test', type: 'A' }, { rcode: 'SERVFAIL', answers: [] }],
    ['a failure of another type', { name: 'servfail.test', type: 'TXT' }, { rcode: 'SERVFAIL' }],
    ['a refusal', { name: 'refused.test', type: 'TXT' }, { rcode: 'REFUSED', answers: [] }],
  ])('answers for a declared name: %s', async (_, question, expected) => {
    const [answer] = await ask(question)
    expect(answer).toMatchObject({ truncated: false, ...expected })
    expect(rows()).toMatchObject([
      {
        name: question.name.toLowerCase(),
        type: question.type,
        transport: question.transport ?? 'udp',
        resolver: question.server ?? '100.64.0.2',
        declaration: 'declared',
        action: 'allowed',
        reason: 'declared',
        rcode: answer?.rcode,
        // Text is kept in quotes.
        answers: JSON.stringify(answer?.answers.map((line) => line.replace(/^TXT (.*)$/, 'TXT "$1"'))),
      },
    ])
    expect(history(mcp.store, 'p').alerts).toEqual([])
  })

  it('takes mail exchangers and services from the host’s resolver, and their targets inherit', async () => {
    const [mail, service, target, other] = await ask(
      { name: 'api.test', type: 'MX' },
      { name: '_postgres._tcp.api.test', type: 'SRV' },
      { name: 'db.example.test', type: 'A' },
      { name: 'other.example.test', type: 'A' },
    )
    expect(mail?.answers).toEqual(['MX {"preference":10,"exchange":"mail.api.test"}'])
    expect(service?.answers[0]).toContain('"port":5432,"target":"db.example.test"')
    expect(target?.answers).toEqual([`A ${api.v4}`])
    expect(other?.answers[0]).toMatch(/^A 198\.18\./)
    expect(rows().map(({ name, declaration }) => `${name} ${declaration}`)).toEqual([
      'api.test declared',
      '_postgres._tcp.api.test declared',
      'db.example.test declared',
      'other.example.test undeclared',
    ])
  })

  it('lets the target of a service be reached on the port of the answer, by way of the chain', async () => {
    const ask = { name: '_pg._tcp.opaque.test', type: 'SRV' }
    const host = 'db.example.test'
    await inside(mcp, profile, 'askThenTalk', { ask, talk: { host, port: 5432, send: 'hello' } })
    await inside(mcp, profile, 'askThenTalk', { ask, talk: { host, port: 5433, send: 'hello' } })
    const chain = JSON.stringify([ask.name])
    expect(history(mcp.store, 'p').flows).toMatchObject([
      { name: host, port: 5432, state: 'closed', action: 'allowed', chain, bytes_sent: 5, bytes_received: 5 },
      { name: host, port: 5433, state: 'denied', action: 'denied', reason: 'port' },
    ])
  })

  it('gives HTTPS records without the keys for an encrypted ClientHello', async () => {
    const [answer] = await ask({ name: 'ech.test', type: 'UNKNOWN_65' })
    expect(answer?.bytes).toContain(Buffer.from('\x02h2\x08http/1.1', 'latin1').toString('hex'))
    expect(answer?.bytes).not.toContain('0004fe0d')
    expect(rows()).toMatchObject([{ name: 'ech.test', type: 'HTTPS', action: 'allowed' }])
  })

  it('cuts what is too long for UDP, and gives it whole over TCP', async () => {
    const [cut, whole, text, more] = await ask(
      { name: 'big.test', type: 'A' },
      { name: 'big.test', type: 'A', transport: 'tcp' },
      { name: 'big.test', type: 'TXT', edns: true },
      { name: 'big.test', type: 'TXT', transport: 'tcp' },
    )
    expect(cut).toMatchObject({ truncated: true })
    expect(whole?.answers).toHaveLength(40)
    expect(text).toMatchObject({ truncated: true })
    expect(more?.answers.join('')).toHaveLength('TXT '.length + 3200)
  })

  it('takes the host’s own hosts file, and asks nobody for it', async () => {
    const [answer] = await ask({ name: 'hosts-file.test', type: 'A' })
    expect(answer?.answers).toEqual([`A ${api.v4}`])
    expect(asked()).toEqual([])
  })

  it('does not follow the host’s search list', async () => {
    const [answer] = await ask({ name: 'short', type: 'A' })
    expect(answer).toMatchObject({ rcode: 'NXDOMAIN' })
    expect(internet.dnsQueries('corp.test')).toEqual([])
  })

  it('answers when no resolver does', async () => {
    const [address, text] = await ask(
      { name: 'silent.test', type: 'A', waitMs: 10_000 },
      { name: 'silent.test', type: 'TXT', waitMs: 10_000 },
    )
    expect([address?.rcode, text?.rcode]).toEqual(['SERVFAIL', 'SERVFAIL'])
    expect(rows()).toMatchObject([{ rcode: 'SERVFAIL' }, { rcode: 'SERVFAIL' }])
  })

  it('answers whichever resolver was meant, itself, and records which it was', async () => {
    const servers = [publicDns.v4, publicDns.v6, '127.0.0.53', '127.0.0.11', resolver.v4]
    const answers = await ask(
      ...servers.flatMap((server) => [
        { name: 'api.test', type: 'A', server },
        { name: 'api.test', type: 'A', server, transport: 'tcp' as const },
      ]),
    )
    expect(answers.map((answer) => answer?.answers)).toEqual(
      servers.flatMap(() => [[`A ${api.v4}`], [`A ${api.v4}`]]),
    )
    expect(rows().map((row) => `${row.resolver} ${row.transport}`)).toEqual(
      servers.flatMap((server) => [`${server} udp`, `${server} tcp`]),
    )
    expect(new Set(internet.dnsQueries().map(({ server }) => server))).toEqual(new Set([resolver.v4]))
  })

  it('never asks for what is not declared, of any type', async () => {
    const types = ['A', 'AAAA', 'TXT', 'MX', 'NULL', 'ANY', 'PTR', 'SRV', 'UNKNOWN_65']
    const questions = types.flatMap((type) => [
      { name: 'secret.evil.test', type },
      { name: 'secret.evil.test', type, transport: 'tcp' as const, server: publicDns.v4 },
    ])
    const answers = await expectSilence(internet, () => ask(...questions))
    expect(answers.map((answer) => answer?.rcode)).toEqual(
      types.flatMap((type) => Array(2).fill(type === 'A' || type === 'AAAA' ? 'NOERROR' : 'REFUSED')),
    )
    expect(rows().every(({ action, reason }) => action === 'denied' && reason === 'dns-undeclared')).toBe(
      true,
    )
    expect(rows()).toHaveLength(questions.length)
    expect(asked()).toEqual([])
    expect(history(mcp.store, 'p').alerts).toMatchObject([
      { kind: 'undeclared_dns', name: 'secret.evil.test', count: 18 },
    ])
  })

  it('asks for it in monitor mode, and flags it', async () => {
    const { answer } = await inside(mcp, profile, 'dnsInTurn', [{ name: 'x.evil.test', type: 'TXT' }], {
      args: ['--mode', 'monitor'],
    })
    expect(answer[0]?.answers).toEqual(['TXT go on'])
    expect(asked()).toEqual(['x.evil.test TXT udp'])
    expect(rows()).toMatchObject([{ action: 'allowed', declaration: 'undeclared', reason: 'dns-undeclared' }])
    expect(history(mcp.store, 'p').alerts).toMatchObject([{ kind: 'undeclared_dns', severity: 'high' }])
  })

  it('answers the sandbox’s own names itself, without a word', async () => {
    const answers = await ask(
      { name: 'localhost', type: 'A' },
      { name: 'a.localhost', type: 'AAAA' },
      { name: 'mcp-run', type: 'A' },
      { name: '1.0.0.127.in-addr.arpa', type: 'PTR' },
      { name: '2.0.64.100.in-addr.arpa', type: 'PTR' },
      { name: `2.${'0.'.repeat(29)}d.f.ip6.arpa`, type: 'PTR' },
    )
    expect(answers.map((answer) => answer?.answers)).toEqual([
      ['A 127.0.0.1'],
      ['AAAA ::1'],
      ['A 100.64.0.2'],
      ['PTR localhost'],
      ['PTR mcp-run'],
      ['PTR mcp-run'],
    ])
    expect(history(mcp.store, 'p').alerts).toEqual([])
    expect(asked()).toEqual([])
  })

  it('serves the resolvers of programs', async () => {
    const script =
      "getent ahosts api.test | sort -u; node -p \"require('dns').promises.resolve4('api.test').then(console.log) && 0\""
    const { output } = await insideShell(mcp, profile, script)
    expect(output).toContain(`${api.v4} `)
    expect(output).toContain(`${api.v6} `)
    expect(output).toContain(`[ '${api.v4}' ]`)
  })
})
