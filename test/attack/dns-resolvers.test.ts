import { addresses } from '../fixtures/internet/addresses.ts'
import { message, name, question } from '../unit/protocol/dns-bytes.ts'
import type { Attack } from './rig/case.ts'
import { NO_POLICY } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { DIG, framed, send } from './rig/kit.ts'
import type { Place } from './rig/place.ts'

const TXT = 16
const { publicDns, evilDns, resolver, gateway, host } = addresses

/** Asked over UDP and over TCP; the row must say who was meant. */
const other = (row: number, title: string, server: string): readonly Attack[] =>
  (['udp', 'tcp'] as const).map((transport) => ({
    row: transport === 'tcp' && row === 3 ? 4 : row,
    title: `${title} (${server}) over ${transport}`,
    script: ({ domain }) => `${DIG} ${transport === 'tcp' ? '+tcp' : ''} TXT x.${domain} @${server}`,
    denied: {
      in: 'dns',
      reason: 'dns-undeclared',
      row: ({ domain }) => ({ name: `x.${domain}`, transport, resolver: server }),
    },
  }))

const asked = (first: string, { domain }: Place): Buffer =>
  message({ questions: [question(name(first, ...domain.split('.')), TXT)] })

const stream = (
  title: string,
  writes: (at: Place) => readonly Buffer[],
  first = 'a',
  options = '',
): Attack => ({
  row: 4,
  title,
  script: (at) => send('tcp', publicDns.v4, 53, writes(at), options),
  denied: {
    in: 'dns',
    reason: 'dns-undeclared',
    row: ({ domain }) => ({ name: `${first}.${domain}`, transport: 'tcp', resolver: publicDns.v4 }),
  },
})

const attacks: readonly Attack[] = [
  ...other(3, 'a public resolver', publicDns.v4),
  ...other(3, 'a public resolver', publicDns.v6),
  ...other(3, "evil's own name server", evilDns.v4),
  ...other(3, "evil's own name server", evilDns.v6),
  ...other(5, "Docker's resolver", '127.0.0.11'),
  ...other(5, "systemd's resolver", '127.0.0.53'),
  ...other(5, 'a resolver on loopback', '::1'),
  ...other(5, "the recorder's upstream", resolver.v4),
  ...other(5, "the recorder's upstream", resolver.v6),
  ...other(5, "the host's gateway", gateway.v4),
  ...other(5, 'the host itself', host.v4),
  ...other(5, 'an address of no resolver', '203.0.113.250'),
  stream('several questions in one write', (at) => [
    Buffer.concat(['a', 'b', 'c'].map((first) => framed(asked(first, at)))),
  ]),
  stream(
    'the last of several questions in one write',
    (at) => [Buffer.concat(['a', 'b', 'c'].map((first) => framed(asked(first, at))))],
    'c',
  ),
  stream('one byte a segment', (at) => [framed(asked('a', at))], 'a', 'size=1 gap=1'),
  {
    row: 3,
    title: 'from an address that is not its own',
    script: (at) => send('udp', publicDns.v4, 53, [asked('a', at)], `from=${at.here.v4}`),
    denied: {
      in: 'dns',
      reason: 'dns-undeclared',
      row: ({ domain }) => ({ name: `a.${domain}`, resolver: publicDns.v4 }),
    },
  },
]

family({ attacks, control: NO_POLICY })
