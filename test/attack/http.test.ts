import type { Reason } from '../../runtime/model/verdict.ts'
import type { Attack } from './rig/case.ts'
import { NO_POLICY } from './rig/controls.ts'
import { family } from './rig/family.ts'
import { send } from './rig/kit.ts'
import type { Place } from './rig/place.ts'

const declared = ({ host }: Place) => `  - host: ${host}\n    ports: [80, 443]`
const CURL = 'curl -sS -m 2 --noproxy "*"'

/** A request head to the sink by its address, as the case writes it. */
const head = (
  row: number,
  title: string,
  reason: Reason,
  text: (at: Place) => string,
  { options = '', ...more }: Partial<Attack> & { options?: string } = {},
): Attack => ({
  row,
  title,
  egress: declared,
  script: (at) => send('tcp', at.sink.v4, 80, [Buffer.from(text(at), 'latin1')], options),
  denied: { in: 'flows', reason },
  ...more,
})

/** The same to the declared host's own address: nothing of it may reach that host either. */
const toHost = (row: number, title: string, reason: Reason, text: (at: Place) => string): Attack =>
  head(row, title, reason, text, {
    script: (at) =>
      `getent hosts ${at.host}; ${send('tcp', at.here.v4, 80, [Buffer.from(text(at), 'latin1')])}`,
  })

const get = (host: string, more = ''): string => `GET / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`

const names: readonly Attack[] = [
  head(23, 'the declared name as Host, at the sink', 'name-mismatch', ({ host }) => get(host)),
  head(23, 'the same, one byte a segment', 'name-mismatch', ({ host }) => get(host), { options: 'size=1' }),
  head(23, 'the same in capitals, with a dot', 'name-mismatch', ({ host }) => get(`${host.toUpperCase()}.`)),
  head(23, 'the same with its port', 'name-mismatch', ({ host }) => get(`${host}:80`)),
  head(23, 'another port in Host', 'name-mismatch', ({ host }) => get(`${host}:443`)),
  head(9, 'an undeclared Host', 'undeclared', ({ domain }) => get(domain)),
  head(9, 'a Host that ends like the declared one', 'undeclared', ({ host }) => get(`evil-${host}`)),
  head(9, 'a Host below the declared one', 'undeclared', ({ host }) => get(`data.${host}`)),
  head(11, 'a homograph as Host', 'undeclared', ({ domain }) => get(`xn--pi-6kc.${domain}`), {
    denied: { in: 'flows', reason: 'undeclared', row: ({ domain }) => ({ name: `xn--pi-6kc.${domain}` }) },
  }),
  head(14, 'the sink itself as Host', 'raw-ip', ({ sink }) => get(sink.v4)),
  head(23, 'another address as Host', 'name-mismatch', ({ here }) => get(here.v4)),
  head(14, 'no Host at all, as HTTP/1.0 allows', 'raw-ip', () => 'GET /secret HTTP/1.0\r\n\r\n'),
  {
    row: 9,
    title: 'a URL with an undeclared name',
    script: ({ domain }) => `${CURL} http://w.${domain}/secret`,
    denied: {
      in: 'flows',
      reason: 'undeclared',
      row: () => ({ nameSource: 'http_host' }),
      alerts: ['dns-undeclared', 'undeclared'],
    },
  },
  {
    row: 15,
    title: 'the declared host on another port',
    egress: declared,
    script: ({ host }) => `${CURL} http://${host}:8080/secret`,
    denied: { in: 'flows', reason: 'port' },
  },
  {
    row: 52,
    title: 'a proxy of its own for a declared host',
    egress: declared,
    script: ({ host, sink }) => `${CURL} --noproxy '' -x http://${sink.v4}:80 http://${host}/`,
    denied: { in: 'flows', reason: 'name-mismatch' },
  },
]

const contradictions: readonly Attack[] = [
  toHost(29, 'a whole URL of another host', 'name-mismatch', ({ domain, host }) => {
    return `GET http://evil.${domain}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  }),
  toHost(29, 'a whole URL on another port', 'name-mismatch', ({ host }) => {
    return `GET http://${host}:8080/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  }),
  toHost(29, 'a whole URL of another scheme', 'name-mismatch', ({ host }) => {
    return `GET https://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  }),
  toHost(29, 'CONNECT to another host', 'name-mismatch', ({ domain, host }) => {
    return `CONNECT evil.${domain}:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  }),
  toHost(29, 'CONNECT to the sink', 'name-mismatch', ({ sink, host }) => {
    return `CONNECT ${sink.v4}:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  }),
  toHost(29, 'CONNECT with the port of another service', 'name-mismatch', ({ host }) => {
    return `CONNECT ${host}:25 HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  }),
  toHost(29, 'Host of another host', 'undeclared', ({ domain }) => get(`evil.${domain}`)),
]

const broken: readonly Attack[] = [
  toHost(
    31,
    'HTTP/2 without TLS and without asking',
    'unknown-protocol',
    () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ),
  toHost(10, 'two Host fields', 'malformed', ({ domain, host }) => get(host, `Host: ${domain}\r\n`)),
  toHost(10, 'a Host field that is folded', 'malformed', ({ domain, host }) => get(host, ` ${domain}\r\n`)),
  toHost(
    10,
    'a space before the colon',
    'malformed',
    ({ host }) => `GET / HTTP/1.1\r\nHost : ${host}\r\n\r\n`,
  ),
  toHost(10, 'a NUL byte in Host', 'malformed', ({ host }) => get(`${host}\0.evil.test`)),
  toHost(10, 'an escape sequence in Host', 'malformed', ({ host }) => get(`\x1b[2J${host}`)),
  toHost(10, 'a control byte in another field', 'malformed', ({ host }) => get(host, 'X: a\x01b\r\n')),
  toHost(10, 'a user name in Host', 'malformed', ({ domain, host }) => get(`${host}@${domain}`)),
  toHost(10, 'a comma in Host', 'malformed', ({ domain, host }) => get(`${host},${domain}`)),
  toHost(10, 'an empty Host', 'malformed', () => get('')),
  toHost(10, 'no Host in HTTP/1.1', 'malformed', () => 'GET / HTTP/1.1\r\nX: y\r\n\r\n'),
  toHost(10, 'the raw bytes of a homograph in Host', 'malformed', ({ domain }) =>
    get(`\xd0\xb0pi.${domain}`),
  ),
  toHost(10, 'bare line feeds', 'malformed', ({ host }) => `GET / HTTP/1.1\nHost: ${host}\n\n`),
  toHost(10, 'a bare carriage return', 'malformed', ({ host }) => get(host, 'X: a\rHost: evil.test\r\n')),
  toHost(10, 'two lengths of one body', 'malformed', ({ host }) => {
    return get(host, 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n')
  }),
  toHost(10, 'an escape sequence in the path', 'malformed', ({ host }) => {
    return `GET /\x1b]8;;http://evil\x07 HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  }),
  toHost(10, 'a head of 100 KB', 'malformed', ({ host }) => get(host, `X: ${'a'.repeat(100_000)}\r\n`)),
  toHost(10, 'three hundred fields', 'malformed', ({ host }) => get(host, 'X: y\r\n'.repeat(300))),
]

family({ attacks: [...names, ...contradictions, ...broken], control: NO_POLICY })
