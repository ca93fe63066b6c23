import { type InspectedAttack, type InspectedPlace, inspectedFamily } from './rig/inspected.ts'
import { NO_REQUEST_POLICY } from './rig/patches.ts'

type At = InspectedPlace

const CURL = 'curl -sS -m 10'
const evil = ({ domain }: At): string => `evil.${domain}`
const get = (host: string, path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`
/** Bytes inside of TLS, in one write. */
const inside = ({ host }: At, text: string, options = ''): string =>
  `echo ${Buffer.from(text, 'latin1').toString('hex')} | node $KIT/tls.cjs ${host} 443 ${options}`
const streams = ({ host }: At, ...requests: readonly Readonly<Record<string, string>>[]): string =>
  `node $KIT/http2.cjs https://${host} ${requests.map((one) => `'${JSON.stringify(one)}'`).join(' ')}`

const mismatch = { in: 'requests', reason: 'request-mismatch', alerts: ['request_mismatch'] } as const
const malformed = (...alerts: readonly string[]) =>
  ({
    in: 'requests',
    reason: 'malformed',
    alerts: alerts.length > 0 ? alerts : ['denied_destination'],
  }) as const
const undeclared = {
  in: 'requests',
  reason: 'request-undeclared',
  alerts: ['undeclared_destination'],
} as const

const only =
  (requests: string) =>
  ({ host }: At): string =>
    `  - { host: ${host}, inspect: required, requests: [${requests}] }`

const fronting: readonly InspectedAttack[] = [
  {
    row: 25,
    title: 'another Host inside of TLS',
    script: (at) => `${CURL} -H 'Host: ${evil(at)}' https://${at.host}/${at.mark}`,
    denied: mismatch,
  },
  {
    row: 25,
    title: 'another Host, over HTTP/2',
    script: (at) => `${CURL} --http2 -H 'Host: ${evil(at)}' https://${at.host}/${at.mark}`,
    denied: mismatch,
  },
  {
    row: 25,
    title: 'another port in Host',
    script: (at) => `${CURL} -H 'Host: ${at.host}:8443' https://${at.host}/${at.mark}`,
    denied: mismatch,
  },
  {
    row: 25,
    title: 'another host that only its end tells apart',
    script: (at) => `${CURL} -H 'Host: ${at.host}.evil.test' https://${at.host}/${at.mark}`,
    denied: mismatch,
  },
  {
    row: 29,
    title: 'a whole URL of another host, inside of TLS',
    script: (at) => inside(at, get(at.host, `https://${evil(at)}/${at.mark}`)),
    denied: mismatch,
  },
  {
    row: 29,
    title: 'a whole URL of the host itself',
    script: (at) => inside(at, get(at.host, `https://${at.host}/${at.mark}`)),
    denied: malformed(),
  },
  {
    row: 28,
    title: 'two requests in one write, the second for another host',
    script: (at) => inside(at, get(at.host, '/first') + get(evil(at), `/${at.mark}`)),
    denied: mismatch,
  },
  {
    row: 28,
    title: 'the same, one byte a record',
    script: (at) => inside(at, get(at.host, '/first') + get(evil(at), `/${at.mark}`), 'size=1'),
    denied: mismatch,
  },
  {
    row: 28,
    title: 'the second request of a connection, of an undeclared method',
    egress: only('GET /**'),
    script: ({ host, mark }) =>
      `${CURL} https://${host}/first --next ${CURL.slice(5)} -d x https://${host}/${mark}`,
    denied: undeclared,
  },
  {
    row: 31,
    title: 'another :authority in HTTP/2',
    script: (at) => streams(at, { ':path': `/${at.mark}`, ':authority': evil(at) }),
    denied: mismatch,
  },
  {
    row: 31,
    title: 'the second stream for another :authority',
    script: (at) =>
      streams(at, { ':path': '/first' }, { ':path': `/${at.mark}`, ':authority': evil(at), body: 'x' }),
    denied: mismatch,
  },
  {
    row: 31,
    title: 'a stream of an undeclared method',
    egress: only('GET /**'),
    script: (at) => streams(at, { ':method': 'DELETE', ':path': `/${at.mark}` }),
    denied: undeclared,
  },
]

const smuggling: readonly InspectedAttack[] = [
  {
    row: 28,
    title: 'a second request in the body of the first, by two lengths',
    byParserToo: true,
    script: (at) => {
      const second = get(evil(at), `/${at.mark}`)
      const head = `POST /${at.mark} HTTP/1.1\r\nHost: ${at.host}\r\nContent-Length: ${second.length + 5}\r\n`
      return inside(at, `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${second}`)
    },
    denied: malformed(),
  },
  {
    row: 28,
    title: 'bare line feeds',
    script: (at) => inside(at, `GET /${at.mark} HTTP/1.1\nHost: ${at.host}\n\n`),
    denied: malformed(),
  },
  {
    row: 28,
    title: 'two Host fields',
    script: (at) => inside(at, get(at.host, `/${at.mark}`, `Host: ${evil(at)}\r\n`)),
    denied: malformed(),
  },
]

const paths: readonly InspectedAttack[] = [
  {
    row: 30,
    title: 'a WebSocket to an undeclared path',
    egress: only('GET /ok'),
    script: ({ host, mark }) => {
      const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
      const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}\r\n`
      return `echo ${Buffer.from(get(host, `/${mark}`, upgrade + key)).toString('hex')} | node $KIT/tls.cjs ${host} 443`
    },
    denied: undeclared,
  },
  {
    row: 31,
    title: 'an upgrade to HTTP/2 without TLS, for an undeclared path',
    egress: ({ host }) =>
      `  - { host: ${host}, ports: [80], protocol: http, inspect: required, requests: [GET /ok] }`,
    script: ({ host, mark }) => `${CURL} --http2 http://${host}/${mark}`,
    denied: undeclared,
  },
  {
    row: 28,
    title: 'a path that servers read in two ways',
    egress: only('GET /ok/**'),
    script: ({ host, mark }) => `${CURL} --path-as-is https://${host}/ok/../${mark}`,
    denied: undeclared,
  },
  {
    row: 28,
    title: 'the same with percent signs',
    egress: only('GET /ok/**'),
    script: ({ host, mark }) => `${CURL} --path-as-is https://${host}/ok/%2e%2e%2f${mark}`,
    denied: undeclared,
  },
]

inspectedFamily({ attacks: [...fronting, ...smuggling, ...paths], control: NO_REQUEST_POLICY })
