import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { foundIn, read, type Sent } from './found-in.ts'

const BCC = 'phan@giftshop.club'
const JSON_BCC = JSON.stringify({ Bcc: BCC })
const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary="b 1"'

function base64(text: string | Buffer): string {
  return Buffer.from(text).toString('base64')
}

function parts(...all: readonly (readonly string[])[]): string {
  return `${all.map((lines) => `--b 1\r\n${lines.join('\r\n')}\r\n`).join('')}--b 1--\r\n`
}

function encoded(coding: string): Sent {
  return { headers: [['content-encoding', coding]] }
}

const MAIL = [
  'From: sender@customer.test',
  'To: alice@customer.test',
  `Bcc: =?utf-8?B?${base64(BCC)}?=`,
  'Message-ID: <id@customer.test>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'Ask z=40evil=\r\n.test',
].join('\r\n')
const IN_MAIL = [
  'part:From mail sender@customer.test',
  'part:To recipient mail alice@customer.test',
  `part:Bcc recipient mail ${BCC} encoded-word`,
]

const BODIES: readonly (readonly [
  name: string,
  body: string | Buffer,
  sent: Sent,
  found: readonly string[],
])[] = [
  ['JSON', JSON_BCC, {}, [`/Bcc recipient mail ${BCC}`]],
  ['a display name', '{"To":"Alice <alice@customer.test>"}', {}, ['/To recipient mail alice@customer.test']],
  [
    'several in one field',
    '{"cc":"a@evil.test; \\"B, C\\" <b@evil.test>,c@evil.test"}',
    {},
    ['/cc recipient mail a@evil.test', '/cc recipient mail b@evil.test', '/cc recipient mail c@evil.test'],
  ],
  [
    'letters that often stand beside one',
    '{"Bcc":"`x`@evil.test"}',
    {},
    ['/Bcc recipient mail x`@evil.test'],
  ],
  ['no other letters', '{"Bcc":"`@evil.test"}', {}, ['/Bcc recipient mail `@evil.test']],
  [
    'one that another begins with',
    `{"Bcc":"'=a@evil.test"}`,
    {},
    ['/Bcc recipient mail =a@evil.test', '/Bcc recipient mail a@evil.test'],
  ],
  ['comments in comments', '{"Bcc":"a((b(c)))@evil.test"}', {}, ['/Bcc recipient mail )@evil.test']],
  [
    'an endless name',
    `{"Bcc":"${'a'.repeat(200)}=@evil.test"}`,
    {},
    [`/Bcc recipient mail ${'a'.repeat(127)}=@evil.test`],
  ],
  ['objects', `{"bcc":[{"email":"${BCC}","name":"P"}]}`, {}, [`/bcc/0/email recipient mail ${BCC}`]],
  [
    'a header object',
    `{"Headers":[{"Name":"X-Bcc","Value":"${BCC}"}]}`,
    {},
    [`/Headers/0/Value recipient mail ${BCC}`],
  ],
  [
    'its value first',
    `{"Headers":[{"Value":"${BCC}","Name":"Bcc"}]}`,
    {},
    [`/Headers/0/Value recipient mail ${BCC}`],
  ],
  ['another header', `{"Headers":[{"Name":"X-A","Value":"${BCC}"}]}`, {}, [`/Headers/0/Value mail ${BCC}`]],
  ['a key', `{"recipients":{"${BCC}":{}}}`, {}, [`/recipients recipient mail ${BCC}`]],
  ['a line break in a subject', `{"Subject":"Hi\\r\\nBcc: ${BCC}"}`, {}, [`/Subject recipient mail ${BCC}`]],
  ['JSON as text', JSON_BCC, { type: 'text/plain' }, [`/Bcc recipient mail ${BCC}`]],
  ['JSON as a form', JSON_BCC, { type: FORM }, [`/Bcc recipient mail ${BCC}`]],
  ['blanks before it', `${' '.repeat(2000)}${JSON_BCC}`, {}, [`/Bcc recipient mail ${BCC}`]],
  [
    'lines of JSON',
    `{"a":1}\n${JSON_BCC}\n`,
    { type: 'application/x-ndjson' },
    [`/Bcc recipient mail ${BCC}`],
  ],
  ['JSON in a string', JSON.stringify({ p: JSON_BCC }), {}, [`/p#/Bcc recipient mail ${BCC} json`]],
  ['base64', JSON.stringify({ a: base64(BCC) }), {}, [`/a mail ${BCC} base64`]],
  [
    'gzip in base64',
    JSON.stringify({ a: base64(gzipSync(JSON_BCC)) }),
    {},
    [`/a#/Bcc recipient mail ${BCC} base64+gzip+json`],
  ],
  [
    'a mail in base64url',
    JSON.stringify({ raw: Buffer.from(MAIL).toString('base64url') }),
    {},
    [
      '/raw#part:From mail sender@customer.test base64',
      '/raw#part:To recipient mail alice@customer.test base64',
      `/raw#part:Bcc recipient mail ${BCC} base64+encoded-word`,
      '/raw mail z@evil.test base64+quoted-printable',
    ],
  ],
  ['gzip', gzipSync(JSON_BCC), encoded('gzip'), [`/Bcc recipient mail ${BCC} gzip`]],
  ['br', brotliCompressSync(JSON_BCC), encoded('BR'), [`/Bcc recipient mail ${BCC} br`]],
  ['deflate', deflateSync(JSON_BCC), encoded('deflate'), [`/Bcc recipient mail ${BCC} deflate`]],
  ['raw deflate', deflateRawSync(JSON_BCC), encoded('deflate'), [`/Bcc recipient mail ${BCC} deflate`]],
  [
    'two codings',
    gzipSync(brotliCompressSync(JSON_BCC)),
    encoded('br, gzip'),
    [`/Bcc recipient mail ${BCC} gzip+br`],
  ],
  ['gzip that nobody mentions', gzipSync(JSON_BCC), {}, [`/Bcc recipient mail ${BCC} gzip+json`]],
  [
    'a form',
    `to=alice%40customer.test&B%63c=${BCC.replace('@', '%40')}&a=b`,
    { type: FORM },
    ['form:to recipient mail alice@customer.test', `form:Bcc recipient mail ${BCC}`],
  ],
  [
    'a form, escaped twice',
    'bcc%5B0%5D=x%2540evil.test',
    { type: FORM },
    ['form:bcc[0] recipient mail x@evil.test percent'],
  ],
  [
    'JSON in a form',
    `payload=${encodeURIComponent(JSON_BCC)}`,
    { type: FORM },
    [`form:payload#/Bcc recipient mail ${BCC} json`],
  ],
  [
    'parts',
    parts(
      ['Content-Disposition: form-data; name="bcc"', '', BCC],
      [
        'Content-Disposition: form-data; name=file; filename="a.txt"',
        'Content-Type: text/plain',
        '',
        'ask z@evil.test',
      ],
    ),
    { type: MULTIPART },
    [`part:bcc recipient mail ${BCC}`, 'part:file mail z@evil.test'],
  ],
  [
    'a part in base64',
    parts([
      'Content-Disposition: form-data; name="bcc"',
      'Content-Transfer-Encoding: base64',
      '',
      base64(BCC),
    ]),
    { type: MULTIPART },
    [`part:bcc recipient mail ${BCC} base64`],
  ],
  [
    'a name in RFC 8187',
    parts(["Content-Disposition: form-data; name*=utf-8''B%63c", '', BCC]),
    { type: MULTIPART },
    [`part:Bcc recipient mail ${BCC}`],
  ],
  [
    'JSON in a part',
    parts(['Content-Disposition: form-data; name="p"', '', JSON_BCC]),
    { type: MULTIPART },
    [`part:p#/Bcc recipient mail ${BCC}`],
  ],
  [
    'JSON in a part without a name',
    parts(['Content-Type: application/json', '', JSON_BCC]),
    { type: 'multipart/related; boundary="b 1"' },
    [`/Bcc recipient mail ${BCC}`],
  ],
  ['JSON said to be parts', JSON_BCC, { type: MULTIPART }, [`/Bcc recipient mail ${BCC}`]],
  ['a mail', MAIL, { type: 'message/rfc822' }, [...IN_MAIL, 'body mail z@evil.test quoted-printable']],
  [
    'a mail in a part',
    parts(['Content-Disposition: form-data; name="message"', 'Content-Type: message/rfc822', '', MAIL]),
    { type: MULTIPART },
    [...IN_MAIL.map((line) => `part:message#${line}`), 'part:message mail z@evil.test quoted-printable'],
  ],
  [
    'XML',
    `<a xmlns="https://ns.evil.test/"><Bcc><email>${BCC}</email></Bcc><t>z&#64;evil.test</t></a>`,
    { type: 'text/xml' },
    [`body recipient mail ${BCC}`, 'body mail z@evil.test html'],
  ],
  [
    'GraphQL',
    JSON.stringify({ query: `mutation { send(to: ["a@evil.test", "${BCC}"], text: "z@evil.test") }` }),
    {},
    ['/query recipient mail a@evil.test', `/query recipient mail ${BCC}`, '/query mail z@evil.test'],
  ],
  [
    'SMTP',
    `MAIL FROM:<a@customer.test>\r\nRCPT TO:<${BCC}>\r\n`,
    { type: 'text/plain' },
    ['body mail a@customer.test', `body recipient mail ${BCC}`],
  ],
  ['UTF-16', Buffer.from(`\ufeff${JSON_BCC}`, 'utf16le'), {}, [`/Bcc recipient mail ${BCC}`]],
  ['UTF-16 without a mark', Buffer.from(JSON_BCC, 'utf16le'), {}, [`/Bcc recipient mail ${BCC}`]],
  [
    'a charset that is not so',
    JSON_BCC,
    { type: 'application/json; charset=utf-16le' },
    [`/Bcc recipient mail ${BCC}`],
  ],
  [
    'Latin-1',
    Buffer.from('{"to":"jos\xe9@evil.test"}', 'latin1'),
    { type: 'application/json; charset=iso-8859-1' },
    ['/to recipient mail josé@evil.test'],
  ],
  [
    'bytes',
    Buffer.concat([Buffer.from([0, 1, 2, 0xff]), Buffer.from(`  ${BCC} `), Buffer.from([0, 0xfe])]),
    { type: 'application/octet-stream' },
    [`body mail ${BCC}`],
  ],
  [
    'a webhook',
    '{"webhook":{"config":{"url":"http://3405803785/x"}}}',
    {},
    ['/webhook/config/url recipient url http://203.0.113.9/x'],
  ],
  [
    'a hook by its path',
    '{"config":{"url":"https://evil.test/x"}}',
    { target: '/repos/a/b/hooks' },
    ['/config/url recipient url https://evil.test/x'],
  ],
  [
    'hosts where a host stands',
    '{"host":"setup.py","endpoint":"203.0.113.9:4433","url":"README.md"}',
    {},
    ['/host host setup.py', '/endpoint recipient host 203.0.113.9'],
  ],
]

test.each(BODIES)('%s', async (_, body, sent, found) => {
  const { body: candidates, unread } = await read(body, sent)
  expect(unread).toBeNull()
  expect(await foundIn(body, sent)).toEqual(found)
  expect(await foundIn(body, { ...sent, cuts: Array.from({ length: body.length }, () => 1) })).toEqual(found)
  expect(candidates.every(({ sinks }) => sinks.length === 0)).toBe(true)
})

test('a text that says nothing more where it stands does where it was encoded', async () => {
  const text = `To: alice@customer.test\r\nBcc: ${BCC}\r\n\r\nHello`
  const plain = JSON.stringify({ note: text })
  const first = await foundIn(plain)
  expect(first).not.toContain(`/note#part:Bcc recipient mail ${BCC} base64`)
  expect(await foundIn(JSON.stringify({ note: base64(text) }))).toContain(
    `/note#part:Bcc recipient mail ${BCC} base64`,
  )
  expect(await foundIn(plain)).toEqual(first)
})
