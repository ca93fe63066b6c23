import { clientHello, serverName } from '../unit/protocol/hello-bytes.ts'
import type { Attack } from './rig/case.ts'
import { NO_POLICY } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { send } from './rig/kit.ts'
import type { Place } from './rig/place.ts'

/** To the declared host itself, after its name was asked for, in words that the profile does not declare. */
const speak = (title: string, port: number, bytes: (at: Place) => Buffer, options = ''): Attack => ({
  row: 27,
  title,
  egress: ({ host }) => `  - host: ${host}\n    ports: [80, 443]`,
  script: (at) => `getent ahosts ${at.host}; ${send('tcp', at.here.v4, port, [bytes(at)], options)}`,
  denied: { in: 'flows', reason: 'unknown-protocol', row: () => ({ port }) },
})

const text = (words: string) => (): Buffer => Buffer.from(words, 'latin1')
const hello = ({ host }: Place): Buffer => clientHello(serverName(host))

const attacks: readonly Attack[] = [
  speak('SSH on the port of HTTPS', 443, text('SSH-2.0-OpenSSH_9.2\r\n')),
  speak('TLS on the port of HTTP', 80, hello),
  speak('TLS on the port of HTTP, one byte a segment', 80, hello, 'size=1'),
  speak('HTTP on the port of HTTPS', 443, ({ host }) =>
    Buffer.from(`GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
  ),
  speak('HTTP/2 without TLS', 80, text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')),
  speak('mail', 443, text('EHLO evil\r\n')),
  speak('SOCKS', 443, text('\x05\x01\x00')),
  speak('a message of DNS over TCP', 443, text('\0\x1d\x12\x34\x01\0\0\x01')),
  speak('an old ClientHello of SSL 2', 443, text('\x80\x2e\x01\0\x02\0\x15\0\0\0\x10')),
  speak('random bytes', 443, () => Buffer.alloc(100_000, '\xc3\x28\xa0')),
  speak('random bytes on the port of HTTP', 80, () => Buffer.alloc(100_000, '\xc3\x28\xa0')),
  speak('a request line without an end', 80, text('GET /the-secret')),
  {
    ...speak('nothing at all', 443, text('')),
    script: ({ host, here }) => `getent ahosts ${host}; nc -z -w 2 ${here.v4} 443`,
    proof: 'packets',
  },
  {
    row: 27,
    title: 'a server that speaks first, on a port of the declared host',
    egress: ({ host }) => `  - host: ${host}`,
    script: ({ host }) => `nc -z -w 2 ${host} 25`,
    denied: { in: 'flows', reason: 'port' },
    proof: 'packets',
  },
]

family({ attacks, control: NO_POLICY })
