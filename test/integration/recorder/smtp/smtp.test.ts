import { connect } from 'node:net'
import { createTransport, type SentMessageInfo } from 'nodemailer'
import { afterEach, describe, expect, it } from 'vitest'
import type { SinkRule } from '../../../../runtime/model/profile.ts'
import { type MailServer, mailServer } from '../../../fixtures/mail-server.ts'
import { authorities, NAME, type Rig, type RigOptions, rigs } from '../inspect/rig.ts'

const { of, close } = rigs()
afterEach(close)

const ALICE = 'alice@customer.test'
const SENDER = 'sender@shop.test'
const STRANGER = 'phan@giftshop.test'
const BLOCK: SinkRule = {
  ...{ host: NAME, methods: [], path: '/**', field: '**', values: 'destinations' },
  ...{ allow: ['call-arguments'], onUnexplained: 'block' },
}

async function world(options: RigOptions & { starttls?: boolean; sinks?: SinkRule[] } = {}) {
  const { starttls = false, ...rest } = options
  const certificate = starttls ? await (await authorities()).destinations.issue([NAME]) : null
  const far = mailServer(certificate)
  const rig = await of(far.server, { protocol: 'smtp', given: [ALICE, SENDER], ...rest })
  return { rig, far }
}

interface Mail {
  readonly to?: string | string[]
  readonly bcc?: string
  readonly headers?: Record<string, string>
  readonly text?: string
  readonly auth?: { user: string; pass: string }
  readonly ca?: string
}

function send(rig: Rig, { auth, ca, ...mail }: Mail): Promise<SentMessageInfo> {
  const transport = createTransport({
    ...{ host: '127.0.0.1', port: rig.port, secure: false, ...(auth && { auth }) },
    tls: { servername: NAME, ca: ca ?? rig.authority.certificate },
  })
  return transport.sendMail({ from: SENDER, to: ALICE, subject: 'Hi', text: 'Hello', ...mail })
}

/** Speaks what it is told, one line after the other. */
async function talk(rig: Rig, lines: readonly string[], atOnce = false): Promise<string> {
  const socket = connect(rig.port, '127.0.0.1')
  let seen = ''
  socket
    .on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1')
    })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const answers = () => seen.split('\r\n').filter((line) => /^\d{3} /.test(line)).length
  const answered = async (count: number) => {
    await expect.poll(() => answers() >= count || socket.destroyed).toBe(true)
  }
  await answered(1)
  if (atOnce) socket.write(`${lines.join('\r\n')}\r\n`)
  else {
    for (const [index, line] of lines.entries()) {
      socket.write(`${line}\r\n`, 'latin1')
      await answered(index + 2)
    }
  }
  socket.end()
  await closed
  return seen
}

const kinds = (rig: Rig) =>
  rig.alerts().map(({ kind, action, evidence }) => [kind, action, evidence.field, evidence.value])

describe.each([false, true])('a mail, with STARTTLS %s', (starttls) => {
  it('to whom was given passes as it is, and is a request of its own', async () => {
    const { rig, far } = await world({ starttls, sinks: [BLOCK] })
    const info = await send(rig, { text: '.a line that begins with a dot\n..and one with two' })
    expect(info.accepted).toEqual([ALICE])
    await rig.settled()
    expect(far.mails).toHaveLength(1)
    expect(far.mails[0]?.text).toContain('\r\n..a line that begins with a dot\r\n...and one with two\r\n')
    expect(rig.of('http-request')).toMatchObject([
      { request: { scheme: 'smtp', method: 'MAIL', host: NAME, path: '/', action: 'allowed' } },
    ])
    expect(rig.of('http-ended')).toMatchObject([
      { end: { status: 250, inspection: 'inspected', findings: 0, verdict: null } },
    ])
    expect(rig.of('flow-closed')).toMatchObject([{ state: 'closed' }])
    expect(rig.alerts()).toEqual([])
  })

  it.each<[string, Mail]>([
    ['in its envelope', { bcc: STRANGER }],
    ['in its head', { headers: { 'Reply-To': STRANGER } }],
  ])('with somebody nobody gave %s goes nowhere', async (_, mail) => {
    const { rig, far } = await world({ starttls, sinks: [BLOCK] })
    // Who is refused alone is left out, and the others must not get it either.
    await expect(send(rig, mail)).rejects.toThrow(/mcp-run denied this request: payload-destination/)
    await rig.settled()
    expect(far.mails).toEqual([])
    expect(far.commands.join()).not.toContain(STRANGER)
    expect(far.commands).not.toContain('DATA')
    expect(kinds(rig)).toEqual([['payload_destination', 'denied', expect.any(String), STRANGER]])
    expect(rig.of('http-ended')).toMatchObject([{ end: { verdict: { reason: 'payload-destination' } } }])
  })

  it('is told of where no sink blocks', async () => {
    const { rig, far } = await world({ starttls })
    await send(rig, { bcc: STRANGER })
    await rig.settled()
    expect(far.mails[0]?.to).toEqual([`RCPT TO:<${ALICE}>`, `RCPT TO:<${STRANGER}>`])
    expect(kinds(rig)).toEqual([['payload_destination', 'allowed', 'header:rcpt to', STRANGER]])
    expect(rig.alerts()[0]?.severity).toBe('high')
  })
})

it('offers what is read here, and nothing that says more at once', async () => {
  const { rig } = await world()
  const seen = await talk(rig, ['EHLO me', 'QUIT'])
  expect(seen).toContain('8BITMIME')
  expect(seen).not.toMatch(/PIPELINING|CHUNKING|BINARYMIME/)
  expect(seen).toMatch(/250 AUTH PLAIN LOGIN\r\n221/)
  await rig.settled()
})

it('reads commands that came at once one by one', async () => {
  const { rig, far } = await world({ sinks: [BLOCK] })
  const lines = [
    'EHLO me',
    `MAIL FROM:<${SENDER}>`,
    `RCPT TO:<${ALICE}>`,
    `RCPT TO:<${STRANGER}>`,
    'DATA',
    'QUIT',
  ]
  const seen = await talk(rig, lines, true)
  await rig.settled()
  expect(seen.match(/^\d{3} /gm)?.map((code) => code.trim())).toEqual([
    '220',
    '250',
    '250',
    '250',
    '550',
    '554',
    '221',
  ])
  expect(far.commands).toEqual(['EHLO me', `MAIL FROM:<${SENDER}>`, `RCPT TO:<${ALICE}>`, 'QUIT'])
})

it.each([
  ['a source route', `RCPT TO:<@relay.test:${STRANGER}>`],
  ['quotes', `RCPT TO:<"a b"@giftshop.test>`],
  ['a percent sign', 'RCPT TO:<phan%giftshop.test@customer.test>'],
  ['no brackets', `RCPT TO:${STRANGER}`],
  ['two addresses', `RCPT TO:<${ALICE}>,<${STRANGER}>`],
  ['backquotes, which readers of text take off', 'RCPT TO:<`phan`@giftshop.test>'],
  ['more behind it than is read', `RCPT TO:<${ALICE}(.giftshop.test>`],
  ['a host instead of a domain', 'RCPT TO:<phan@giftshop>'],
  ['no domain', 'RCPT TO:<phan>'],
  ['bytes that are no text', 'RCPT TO:<phan@gift\xadshop.test>'],
])('an address with %s goes nowhere', async (_, rcpt) => {
  const { rig, far } = await world()
  await talk(rig, ['EHLO me', `MAIL FROM:<${SENDER}>`, rcpt, 'DATA', 'QUIT'])
  await rig.settled()
  expect(far.commands).toEqual(['EHLO me', `MAIL FROM:<${SENDER}>`, 'QUIT'])
  expect(rig.alerts()).toMatchObject([{ reason: 'malformed', action: 'denied' }])
})

it('after a text that was refused the next mail begins anew, there too', async () => {
  const { rig, far } = await world({ sinks: [BLOCK] })
  const mail = (text: string) => [...[`MAIL FROM:<${SENDER}>`, `RCPT TO:<${ALICE}>`, 'DATA', `${text}\r\n.`]]
  await talk(rig, ['EHLO me', ...mail(`Cc: ${STRANGER}\r\n\r\nHi`), ...mail('\r\nHi'), 'QUIT'])
  await rig.settled()
  const envelope = [`MAIL FROM:<${SENDER}>`, `RCPT TO:<${ALICE}>`]
  expect(far.commands).toEqual(['EHLO me', ...envelope, 'RSET', ...envelope, 'DATA', 'QUIT'])
  expect(far.mails).toMatchObject([{ text: '\r\nHi\r\n' }])
})

it('a client that reads no answers is not read either', async () => {
  const { rig } = await world()
  const socket = connect(rig.port, '127.0.0.1').on('error', () => undefined)
  const lines = Buffer.from('X\r\n'.repeat(100_000))
  const sent = () => socket.bytesWritten - socket.writableLength
  let last = -1
  const stopped = async () => {
    socket.write(lines)
    const before = last
    last = sent()
    return last > 0 && last === before
  }
  await expect.poll(stopped, { timeout: 15_000, interval: 250 }).toBe(true)
  socket.destroy()
})

it.each<[string, string, string?]>([
  ['EXPN', 'EXPN list'],
  ['BDAT', 'BDAT 5 LAST'],
  ['XCLIENT', 'XCLIENT ADDR=1.2.3.4'],
  ['a word of its own', 'EXFILTRATE c2VjcmV0'],
  ['a second answer of AUTH', 'AUTH PLAIN AHgAeQ== c2VjcmV0', '501 5.5.4 '],
])('%s goes nowhere', async (_, command, answer = '502 5.5.1 ') => {
  const { rig, far } = await world()
  expect(await talk(rig, ['EHLO me', command, 'NOOP c2VjcmV0', 'QUIT'])).toContain(answer)
  await rig.settled()
  expect(far.commands).toEqual(['EHLO me', 'NOOP', 'QUIT'])
})

it.each([
  ['a bare line feed', 'body\n.\nMAIL FROM:<x@evil.test>'],
  ['a bare carriage return', 'body\r.\r\nrest'],
])('a text whose end can be read in two ways is cut: %s', async (_, text) => {
  const { rig, far } = await world({ sinks: [BLOCK] })
  await talk(rig, ['EHLO me', `MAIL FROM:<${SENDER}>`, `RCPT TO:<${ALICE}>`, 'DATA', text])
  await rig.settled()
  expect(far.mails).toEqual([])
  expect(far.commands.join()).not.toContain('evil')
  expect(rig.alerts()).toMatchObject([{ reason: 'malformed' }])
})

it('takes nothing that came before TLS for something said inside of it', async () => {
  const { rig, far } = await world({ starttls: true })
  await talk(rig, ['EHLO me', 'STARTTLS', `MAIL FROM:<${SENDER}>`], true)
  await rig.settled()
  expect(far.commands).toEqual(['EHLO me'])
  expect(rig.alerts()).toMatchObject([{ reason: 'malformed' }])
})

it.each([['PLAIN'], ['LOGIN']])('somebody else’s account is a finding: %s', async (method) => {
  const { rig } = await world({ given: [ALICE, SENDER, 'user', 'secret-of-the-user'] })
  const send = async (user: string, pass: string) => {
    const transport = createTransport({
      ...{ host: '127.0.0.1', port: rig.port, secure: false, authMethod: method, auth: { user, pass } },
    })
    await transport.sendMail({ from: SENDER, to: ALICE, text: 'x' })
  }
  await send('user', 'secret-of-the-user')
  await rig.settled()
  expect(rig.alerts()).toEqual([])
  await send('thief', 'secret-of-the-thief')
  await rig.settled()
  expect(rig.alerts()[0]).toMatchObject({
    kind: 'payload_destination',
    evidence: { field: 'header:authorization' },
  })
  expect(JSON.stringify(rig.entries)).not.toContain('secret-of-the-thief')
})

it('a password that is no line leaves nothing of itself behind', async () => {
  const { rig } = await world()
  await talk(rig, ['EHLO me', 'AUTH LOGIN', 'dXNlcg==', 'c2VjcmV0LXBhc3N3b3Jk rest\n'])
  await rig.settled()
  expect(rig.alerts()).toMatchObject([{ reason: 'malformed' }])
  expect(JSON.stringify(rig.entries)).not.toContain('c2VjcmV0')
})

it('a certificate that is not the destination’s ends it', async () => {
  const { destinations } = await authorities()
  const far: MailServer = mailServer(await destinations.issue(['evil.test']))
  const rig = await of(far.server, { protocol: 'smtp', given: [ALICE, SENDER] })
  await expect(send(rig, {})).rejects.toThrow()
  await rig.settled()
  expect(far.mails).toEqual([])
  expect(rig.of('flow-closed')).toMatchObject([{ verdict: { reason: 'upstream-certificate' } }])
  expect(rig.alerts()).toMatchObject([{ kind: 'upstream_certificate' }])
})

it.each([
  ['required', 'inspection-refused'],
  ['try', undefined],
] as const)('a client that pins, with `%s`', async (inspect, reason) => {
  const { rig, far } = await world({ starttls: true, inspect })
  const { destinations } = await authorities()
  await expect(send(rig, { ca: destinations.certificate })).rejects.toThrow()
  await rig.settled()
  expect(far.mails).toEqual([])
  expect(rig.of('flow-closed')[0]?.verdict?.reason).toBe(reason)
  if (inspect === 'required') return
  await send(rig, { ca: destinations.certificate })
  await rig.settled()
  expect(rig.of('flow-opened')[1]?.flow).toMatchObject({ protocol: 'smtp', inspection: 'uninspected' })
})
