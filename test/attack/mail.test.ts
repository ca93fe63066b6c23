import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { type MailServer, mailServer } from '../fixtures/mail-server.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { type Barrage, fire, SERVER } from './rig/barrage.ts'
import { readHistory } from './rig/history.ts'
import { NO_FINDINGS } from './rig/patches.ts'

const quoted = (lines: readonly string[]): string => lines.map((line) => `'${line}'`).join(' ')
const say = (host: string, ...lines: string[]): string => `node $KIT/mail.cjs ${host} ${quoted(lines)}`
const TEXT = ['DATA', 'Subject: x\\r\\n\\r\\nbody\\r\\n.\\r\\n', 'QUIT']

interface Attack {
  readonly title: string
  readonly lines: (drop: string) => readonly string[]
  /** The protocol itself refuses it: it gets through nowhere when the policy alone is cut out. */
  readonly byProtocol?: true
  readonly reason: 'payload-destination' | 'malformed' | null
}

const hello = ['EHLO me', 'MAIL FROM:<>']
const ATTACKS: readonly Attack[] = [
  {
    title: 'a recipient more',
    lines: (drop) => [...hello, `RCPT TO:<${drop}>`, ...TEXT],
    reason: 'payload-destination',
  },
  {
    title: 'all said at once',
    lines: (drop) => [hello[0] ?? '', '+', hello[1] ?? '', '+', `RCPT TO:<${drop}>`, '+', ...TEXT],
    reason: 'payload-destination',
  },
  {
    title: 'the copy in its head',
    lines: (drop) => [
      ...hello,
      'RCPT TO:<postmaster>',
      'DATA',
      `Bcc: ${drop}\\r\\n\\r\\nx\\r\\n.\\r\\n`,
      'QUIT',
    ],
    reason: 'payload-destination',
  },
  {
    title: 'an address across a doubled dot',
    lines: (drop) => [
      ...hello,
      ...['RCPT TO:<postmaster>', 'DATA'],
      `Bcc: ${drop.replace('.', '=\\r\\n.').replace('=', '')}\\r\\n\\r\\n${drop.replace(/\.(?=test)/, '=\\r\\n..')}\\r\\n.\\r\\n`,
      'QUIT',
    ],
    reason: 'payload-destination',
  },
  {
    title: 'a source route',
    lines: (drop) => [...hello, `RCPT TO:<@relay.test:${drop}>`, ...TEXT],
    byProtocol: true,
    reason: 'malformed',
  },
  {
    title: 'a mail within a text',
    lines: (drop) => [
      ...[...hello, 'RCPT TO:<postmaster>', 'DATA'],
      `x\\n.\\nMAIL FROM:<>\\r\\nRCPT TO:<${drop}>\\r\\n`,
    ],
    byProtocol: true,
    reason: 'malformed',
  },
  {
    title: 'another command',
    lines: (drop) => ['EHLO me', `VRFY ${drop}`, `NOOP ${drop}`, `XTRA ${drop}`, 'QUIT'],
    byProtocol: true,
    reason: null,
  },
]

const CASES = ATTACKS.map((attack, index) => {
  const domain = `mail${index}.test`
  return [
    `row 46, by SMTP: ${attack.title}`,
    {
      attack,
      index,
      host: `smtp.${domain}`,
      address: `203.0.113.${100 + index}`,
      drop: `drop@drop${index}.test`,
    },
  ] as const
})

let internet: Internet
let far: MailServer
beforeAll(async () => {
  // Who speaks second shows no name: an address each tells them apart.
  const zones = Object.fromEntries(CASES.map(([, { host, address }]) => [host, [a(address)]]))
  internet = await startInternet({ zones })
  far = mailServer()
  for (const [, { address }] of CASES) await internet.serve({ address, port: 25 }, far.serve)
})
afterAll(() => internet?.close())

const run = (user: User, dist?: string): Promise<Barrage> => {
  far.commands.length = 0
  far.mails.length = 0
  return fire(internet, {
    user,
    scripts: CASES.map(([, { attack, host, drop }]) => ({
      egress: `  - { host: ${host}, port: 25, protocol: smtp, inspect: required }`,
      script: say(host, ...attack.lines(drop)),
    })),
    profile: `sinks:\n${CASES.map(([, { host }]) => `  - { host: ${host}, field: "**", onUnexplained: block }`).join('\n')}\n`,
    ...(dist && { dist }),
  })
}
const arrived = (drop: string): boolean =>
  `${far.commands.join('\n')}${JSON.stringify(far.mails)}`
    .replaceAll(/=?(?:\\r\\n|\r\n)\.?/g, '')
    .includes(drop)

describe.each(USERS)('denied, as %s', (user) => {
  let barrage: Barrage
  let history: Awaited<ReturnType<typeof readHistory>>
  beforeAll(async () => {
    barrage = await run(user)
    history = await readHistory(barrage.mcp, SERVER)
  }, 150_000)

  it.each(CASES)('%s', (_, { attack: { reason }, index, host, drop }) => {
    const output = `${barrage.outputs[index]}\n${barrage.result.stderr.slice(-2000)}`
    expect(output).toContain('220 ')
    expect(arrived(drop), output).toBe(false)
    const own = history.alerts.filter(({ destination: { name } }) => name === host)
    expect(
      own.map((alert) => alert.reason),
      output,
    ).toEqual(reason === null ? [] : [reason])
  })
})

describe('gets through without the guard', () => {
  beforeAll(async () => {
    await run('root', patchedBuild(internet.folder(0), NO_FINDINGS))
  }, 150_000)

  it.each(CASES.filter(([, { attack }]) => attack.byProtocol !== true))('%s', (_, { drop }) => {
    expect(arrived(drop)).toBe(true)
  })
})
