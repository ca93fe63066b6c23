import {
  alpn,
  clientHello,
  extension,
  helloMessage,
  records,
  serverName,
} from '../unit/protocol/hello-bytes.ts'
import type { Attack, Denial } from './rig/case.ts'
import { NO_POLICY } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { send } from './rig/kit.ts'
import type { Place } from './rig/place.ts'

const declared = ({ host }: Place) => `  - host: ${host}`
const CURL = 'curl -sSk -m 2 --noproxy "*"'
const denial = (reason: Denial['reason'], row?: Denial['row']): Denial => ({
  in: 'flows',
  reason,
  ...(row && { row }),
})

/** A connection to the sink by its address, with a ClientHello as given. */
const hello = (
  row: number,
  title: string,
  denied: Denial,
  bytes: (at: Place) => Buffer,
  options = '',
): Attack => ({
  row,
  title,
  egress: declared,
  script: (at) => send('tcp', at.sink.v4, 443, [bytes(at)], options),
  denied,
})

/** By name: the question is one finding, the connection another. */
const named = (
  row: number,
  title: string,
  script: (at: Place) => string,
  more: Partial<Attack> = {},
): Attack => ({
  row,
  title,
  script,
  denied: {
    ...denial('undeclared', () => ({ nameSource: 'tls_sni' })),
    alerts: ['dns-undeclared', 'undeclared'],
  },
  ...more,
})

const mismatch = denial('name-mismatch', ({ host, sink }) => ({ name: host, address: sink.v4 }))
const malformed = denial('malformed')
const noName = denial('no-name')
const sni = (name: string): Buffer => serverName(name)
const padding = extension(21, Buffer.alloc(3000))

const clients: readonly Attack[] = [
  named(
    6,
    'DNS over TLS to a name',
    ({ domain }) => `timeout 6 openssl s_client -connect dot.${domain}:853 </dev/null`,
  ),
  named(
    7,
    'DNS over HTTPS',
    ({ domain }) => `${CURL} 'https://doh.${domain}/dns-query?dns=AAABAAABAAAAAAAA'`,
  ),
  named(7, 'a resolver of its own over HTTPS', ({ domain, host }) => {
    return `${CURL} --doh-url https://doh.${domain}/dns-query https://${host}/`
  }),
  named(7, "Node's fetch", ({ domain }) => `node -e "fetch('https://f.${domain}/').catch(console.log)"`),
  named(9, 'a name below the declared one', ({ host }) => `${CURL} https://data.${host}/`, {
    egress: declared,
  }),
  named(9, 'a name that ends like the declared one', ({ host }) => `${CURL} https://evil-${host}/`, {
    egress: declared,
  }),
  named(11, 'a homograph of the declared one', ({ domain }) => `${CURL} https://xn--pi-6kc.${domain}/`, {
    egress: declared,
    denied: {
      ...denial('undeclared', ({ domain }) => ({ name: `xn--pi-6kc.${domain}` })),
      alerts: ['dns-undeclared', 'undeclared'],
    },
  }),
  named(
    52,
    'the declared name as the user of a URL',
    ({ domain, host }) => `${CURL} https://${host}@evil.${domain}/`,
    {
      egress: declared,
    },
  ),
  named(52, 'NO_PROXY', ({ domain }) => `NO_PROXY='*' no_proxy='*' curl -sSk -m 2 https://n.${domain}/`),
  named(
    52,
    'a proxy of its own',
    ({ domain }) => `HTTPS_PROXY=https://p.${domain}:3128 curl -sSk -m 2 https://api.test/`,
  ),
  {
    row: 52,
    title: 'the declared name connected elsewhere (--connect-to)',
    egress: declared,
    script: ({ host, sink }) => `${CURL} --connect-to ${host}:443:${sink.v4}:443 https://${host}/`,
    denied: mismatch,
  },
  {
    row: 52,
    title: 'the declared name resolved elsewhere (--resolve)',
    egress: declared,
    script: ({ host, sink }) => `${CURL} --resolve ${host}:443:${sink.v4} https://${host}/`,
    denied: mismatch,
  },
  {
    row: 23,
    title: 'TLS to the sink with a declared name',
    egress: declared,
    script: ({ host, sink }) =>
      `echo x | timeout 6 openssl s_client -connect ${sink.v4}:443 -servername ${host}`,
    denied: { ...mismatch, severity: 'high' },
  },
  {
    row: 23,
    title: 'TLS over IPv6 to the sink with a declared name',
    egress: declared,
    script: ({ host, sink }) =>
      `echo x | timeout 6 openssl s_client -connect '[${sink.v6}]:443' -servername ${host}`,
    denied: denial('name-mismatch', ({ host, sink }) => ({ name: host, address: sink.v6 })),
  },
  {
    row: 23,
    title: 'a declared name at the address of another declared one',
    egress: ({ domain, host }) => `  - host: ${host}\n  - host: two.${domain}`,
    script: ({ host, sink }) =>
      `echo x | timeout 6 openssl s_client -connect ${sink.v4}:443 -servername ${host}`,
    zone: ({ host }) => host,
    denied: mismatch,
  },
  {
    row: 24,
    title: 'TLS to the sink with no name',
    egress: declared,
    script: ({ sink }) => `echo x | timeout 6 openssl s_client -connect ${sink.v4}:443 -noservername`,
    denied: noName,
  },
  {
    row: 15,
    title: 'a declared host on an undeclared port',
    egress: declared,
    script: ({ host }) => `${CURL} https://${host}:8443/`,
    denied: { ...denial('port', ({ host }) => ({ name: host, port: 8443 })), severity: 'low' },
  },
]

const bytes: readonly Attack[] = [
  hello(23, 'a declared name in capitals, with a dot', mismatch, ({ host }) =>
    clientHello(sni(`${host.toUpperCase()}.`)),
  ),
  hello(23, 'a declared name, one byte a segment', mismatch, ({ host }) => clientHello(sni(host)), 'size=1'),
  hello(23, 'a declared name, one byte a record', mismatch, ({ host }) =>
    records(helloMessage([sni(host)]), 1),
  ),
  hello(23, 'a declared name behind 3,000 bytes of padding', mismatch, ({ host }) =>
    clientHello(padding, sni(host)),
  ),
  hello(26, 'a declared name outside, ECH inside', mismatch, ({ host }) =>
    clientHello(sni(host), extension(0xfe0d, Buffer.alloc(200))),
  ),
  hello(
    26,
    'an undeclared name outside, ECH inside',
    denial('undeclared', () => ({ ech: true })),
    ({ domain }) => clientHello(sni(`e.${domain}`), extension(0xfe0d, Buffer.alloc(200))),
  ),
  hello(
    9,
    'an undeclared name, one byte a segment',
    denial('undeclared'),
    ({ domain }) => clientHello(sni(domain)),
    'size=1',
  ),
  hello(9, 'an undeclared name with data as ALPN', denial('undeclared'), ({ domain }) =>
    clientHello(alpn('the secret', 'h2'), sni(domain)),
  ),
  hello(24, 'no name, one byte a segment', noName, () => clientHello(alpn('h2')), 'size=1'),
  hello(24, 'no extensions at all', noName, () => records(helloMessage(null))),
  hello(24, 'ECH and no name', noName, () => clientHello(extension(0xfe0d, Buffer.alloc(200)))),
  hello(10, 'a NUL byte in the name', malformed, ({ host }) => clientHello(sni(`${host}\0.evil.test`))),
  hello(10, 'a line end in the name', malformed, ({ host }) => clientHello(sni(`${host}\r\nx`))),
  hello(10, 'an escape sequence in the name', malformed, ({ host }) => clientHello(sni(`\x1b[2J${host}`))),
  hello(10, 'an empty label in the name', malformed, ({ domain }) => clientHello(sni(`a..${domain}`))),
  hello(10, 'two dots behind the name', malformed, ({ host }) => clientHello(sni(`${host}..`))),
  hello(10, 'a name of 300 characters', malformed, ({ domain }) =>
    clientHello(sni(`${'a.'.repeat(150)}${domain}`)),
  ),
  hello(10, 'a wildcard as the name', malformed, ({ domain }) => clientHello(sni(`*.${domain}`))),
  hello(10, 'a name and a port', malformed, ({ host }) => clientHello(sni(`${host}:443`))),
  hello(10, 'an address as the name', malformed, ({ sink }) => clientHello(sni(sink.v4))),
  hello(10, 'an empty name', malformed, () => clientHello(sni(''))),
  hello(10, 'two names in one extension', malformed, ({ domain, host }) =>
    clientHello(serverName(host, domain)),
  ),
  hello(10, 'two name extensions', malformed, ({ domain, host }) => clientHello(sni(host), sni(domain))),
  hello(11, 'the raw bytes of a homograph', malformed, ({ domain }) =>
    clientHello(sni(`\xd0\xb0pi.${domain}`)),
  ),
  hello(10, 'a record that says it is empty', malformed, () => Buffer.from('1603010000160301', 'hex')),
  hello(10, 'a record that is too long', malformed, () =>
    Buffer.concat([Buffer.from('160301ffff', 'hex'), Buffer.alloc(400, 'x')]),
  ),
  hello(10, 'a handshake of 16 MB', malformed, () => Buffer.from('160301400001ffffff', 'hex')),
  hello(10, 'a ServerHello first', malformed, () => Buffer.from('1603030004020000000000000000', 'hex')),
]

family({ attacks: [...clients, ...bytes], control: NO_POLICY })
