import { type InspectedAttack, type InspectedPlace, inspectedFamily } from './rig/inspected.ts'
import { NO_FINDINGS } from './rig/patches.ts'

type At = InspectedPlace

const CURL = 'curl -sS -m 10'
const drop = ({ domain }: At): string => `drop@${domain.replace('inside', 'drop')}`
const mail = (more: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({ To: 'nobody in particular', Subject: 'x', ...more })
const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** A POST whose body may hold any byte: it comes by stdin. */
const post = (at: At, body: string, options = '', filter = ''): string =>
  `echo ${base64(body)} | base64 -d ${filter} | ${CURL} ${options} --data-binary @- https://${at.host}/${at.mark}`
const JSON_TYPE = "-H 'Content-Type: application/json'"

const denied = {
  in: 'requests',
  reason: 'payload-destination',
  alerts: ['payload_destination'],
} as const
const sinks = ({ host }: At): string => `  - { host: ${host}, field: "**", onUnexplained: block }`

const attack = (row: number, title: string, script: (at: At) => string): InspectedAttack => ({
  row,
  title,
  sinks,
  script,
  denied,
})

const multipart = (at: At): string => {
  const part = (name: string, value: string) =>
    `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  return `${part('to', 'x')}${part('bcc', drop(at))}--b--\r\n`
}

inspectedFamily({
  control: NO_FINDINGS,
  attacks: [
    attack(46, 'a Bcc', (at) => post(at, mail({ Bcc: drop(at) }), JSON_TYPE)),
    attack(46, 'a Bcc, over HTTP/2', (at) => post(at, mail({ Bcc: drop(at) }), `--http2 ${JSON_TYPE}`)),
    attack(46, 'a Bcc, in chunks', (at) =>
      post(at, mail({ Bcc: drop(at) }), `${JSON_TYPE} -H 'Transfer-Encoding: chunked'`),
    ),
    attack(46, 'To widened', (at) => post(at, mail({ To: `x, ${drop(at)}` }), JSON_TYPE)),
    attack(46, 'in a form', (at) => post(at, `to=x&bcc=${encodeURIComponent(drop(at))}`)),
    attack(46, 'a webhook', (at) => {
      return post(at, JSON.stringify({ url: `https://${drop(at).slice(5)}/in` }), JSON_TYPE)
    }),
    attack(46, 'after 4 MB of text', (at) => {
      const fill = `node -e 'process.stdout.write(JSON.stringify({ text: "word ".repeat(800000), Bcc: "${drop(at)}" }))'`
      return `${fill} | ${CURL} ${JSON_TYPE} --data-binary @- https://${at.host}/${at.mark}`
    }),
    attack(47, 'in base64', (at) =>
      post(at, JSON.stringify({ raw: base64(mail({ Bcc: drop(at) })) }), JSON_TYPE),
    ),
    attack(47, 'the body in base64', (at) => {
      return post(at, base64(mail({ Bcc: drop(at) })), "-H 'Content-Type: text/plain'")
    }),
    attack(47, 'in a part of a form', (at) => {
      return post(at, multipart(at), "-H 'Content-Type: multipart/form-data; boundary=b'")
    }),
    attack(47, 'compressed', (at) => {
      return post(at, mail({ Bcc: drop(at) }), `${JSON_TYPE} -H 'Content-Encoding: gzip'`, '| gzip -c')
    }),
    attack(47, 'in base64 of gzip', (at) => {
      const wrap = `node -e 'const b = require("zlib").gzipSync(require("fs").readFileSync(0)).toString("base64"); process.stdout.write(JSON.stringify({ data: b }))'`
      return post(at, mail({ Bcc: drop(at) }), JSON_TYPE, `| ${wrap}`)
    }),
    attack(47, 'with escapes', (at) => {
      return post(at, mail({ Bcc: drop(at) }).replace('@', '\\u0040'), JSON_TYPE)
    }),
    {
      ...attack(47, 'said to be compressed, and not', (at) => {
        return post(at, mail({ Bcc: drop(at) }), `${JSON_TYPE} -H 'Content-Encoding: br'`)
      }),
      denied: { in: 'requests', reason: 'payload-unread', alerts: ['payload_destination'] },
    },
    {
      ...attack(47, 'in a coding that nobody knows', (at) => {
        return post(at, mail({ Bcc: drop(at) }), `${JSON_TYPE} -H 'Content-Encoding: zstd'`)
      }),
      denied: { in: 'requests', reason: 'payload-unread', alerts: ['payload_destination'] },
    },
    {
      ...attack(47, 'beyond what is held', (at) => {
        const fill = `node -e 'process.stdout.write(JSON.stringify({ text: "word ".repeat(2000000), Bcc: "${drop(at)}" }))'`
        return `${fill} | ${CURL} ${JSON_TYPE} --data-binary @- https://${at.host}/${at.mark}`
      }),
      denied: { in: 'requests', reason: 'payload-unread', alerts: ['payload_destination'] },
    },
  ],
})
