import * as zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { foundIn, lines, read, type Sent } from './found-in.ts'

const BCC = 'phan@giftshop.club'
const FORM = 'application/x-www-form-urlencoded'
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const part = (head: string, body: string): string => `--q\r\n${head}\r\n\r\n${body}\r\n--q--\r\n`
const MULTIPART: Sent = { type: 'multipart/form-data; boundary=q' }
const FIELDS = [{ index: 0, field: '/channel', values: 'any' as const }]

test.each<readonly [name: string, body: string | Buffer, sent: Sent, found: readonly string[]]>([
  [
    'a name in pieces (RFC 2231, 3)',
    part('Content-Disposition: form-data; name*0="b"; name*1="cc"', BCC),
    MULTIPART,
    [`part:bcc recipient mail ${BCC}`],
  ],
  [
    'an encoded name',
    part("Content-Disposition: form-data; name*=utf-8''b%63c", BCC),
    MULTIPART,
    [`part:bcc recipient mail ${BCC}`],
  ],
  [
    'semicolons in a form',
    `a=b;bcc=${BCC}`,
    { type: FORM },
    [`form:a mail ${BCC}`, `form:bcc recipient mail ${BCC}`],
  ],
  [
    'a name behind a semicolon',
    `a;bcc=${BCC}&b=c`,
    { type: FORM },
    [`form:a;bcc recipient mail ${BCC}`, `form:bcc recipient mail ${BCC}`],
  ],
  [
    'base64 whose plus signs stand as they are',
    `p=${base64(`{"n":"~~>>","bcc":"${BCC}"}`)}`,
    { type: FORM },
    [`form:p mail ${BCC} base64`, `form:p#/bcc recipient mail ${BCC} base64+json`],
  ],
  [
    'padding within a value',
    JSON.stringify({ Bcc: base64(BCC.slice(0, 4)) + base64(BCC.slice(4)) }),
    {},
    [`/Bcc recipient mail ${BCC} base64`],
  ],
  [
    'padding within a part',
    part(
      'Content-Disposition: form-data; name="bcc"\r\nContent-Transfer-Encoding: base64',
      `${base64(BCC.slice(0, 4))}\r\n${base64(BCC.slice(4))}`,
    ),
    MULTIPART,
    [`part:bcc recipient mail ${BCC} base64`],
  ],
  [
    'a charset that swallows the sign',
    Buffer.concat([Buffer.from('{"Bcc":"x'), Buffer.from([0x81]), Buffer.from('@evil.test"}')]),
    { type: 'application/json; charset=gb18030' },
    ['/Bcc recipient mail x\ufffd@evil.test'],
  ],
  [
    'CDATA, a comment and an instruction',
    '<m><bcc><![CDATA[x]]><!-- - -->@<?a b?>evil.test</bcc></m>',
    { type: 'text/xml' },
    ['body recipient mail x@evil.test xml'],
  ],
  [
    'an entity of its own',
    '<!DOCTYPE m [<!ENTITY at "@">]><m><bcc>x&at;evil.test</bcc></m>',
    { type: 'text/xml' },
    ['body recipient mail x@evil.test xml'],
  ],
  [
    'a text that goes on in the next line',
    'bcc: "x\\\n  @evil.test"',
    { type: 'application/yaml' },
    ['body recipient mail x@evil.test escape'],
  ],
  [
    'a URL without slashes',
    '{"webhook_url":"https:evil.test/x"}',
    {},
    ['/webhook_url recipient url https://evil.test/x'],
  ],
  [
    'a URL with a line break in its host',
    '{"webhook_url":"https://ev\\nil.test/x"}',
    {},
    ['/webhook_url recipient url https://ev/', '/webhook_url recipient url https://evil.test/x'],
  ],
  ['a pair', '{"headers":[["Bcc","x@evil.test"]]}', {}, ['/headers/0/1 recipient mail x@evil.test']],
  [
    'a line of a head',
    '{"extra_headers":["Bcc: x@evil.test"]}',
    {},
    ['/extra_headers/0 recipient mail x@evil.test'],
  ],
  ['a rule', '{"action":"forward(\\"x@evil.test\\")"}', {}, ['/action recipient mail x@evil.test']],
  ['deep in a recipient', '{"bcc":{"a":{"b":"x@evil.test"}}}', {}, ['/bcc/a/b recipient mail x@evil.test']],
  [
    'a text in a recipient',
    '{"to":{"description":"as x@evil.test"}}',
    {},
    ['/to/description mail x@evil.test'],
  ],
  [
    'a mail behind an empty line',
    JSON.stringify({ raw: base64('\r\nTo: y@evil.test\r\nBcc: x@evil.test\r\n\r\nz') }),
    {},
    ['/raw#part:To recipient mail y@evil.test base64', '/raw#part:Bcc recipient mail x@evil.test base64'],
  ],
])('%s', async (_, body, sent, found) => {
  expect(await foundIn(body, sent)).toEqual(found)
})

test.each<readonly [name: string, body: string, sent: Sent, unread: string | null]>([
  ['plain JSON', '{"channel":"C1","a":[1,-2.5e3,true,null,NaN]}', {}, null],
  ['names without quotes', '{channel:"C1"}', {}, 'a body that is no plain JSON'],
  ['values without quotes', '{"channel":C1}', {}, 'a body that is no plain JSON'],
  ['comments', '{"a":1,/* { */"channel":"C1"}', {}, 'a body that is no plain JSON'],
  ['a form that is said to be JSON', 'channel=C1', {}, 'a body that is no plain JSON'],
  ['more than 128 levels', `${'['.repeat(130)}{"channel":"C1"}${']'.repeat(130)}`, {}, 'nested too deeply'],
  ['members of the value', '{"channel":{"id":"C1"}}', {}, 'an object in a sink'],
  [
    'a long document in a string',
    JSON.stringify({ a: `{"b":"${'x '.repeat(150_000)}"}` }),
    {},
    'a long document in a string',
  ],
  [
    'two names',
    part('Content-Disposition: form-data; name=a; name=channel', 'C1'),
    MULTIPART,
    'a part of two names',
  ],
  [
    'two boundaries',
    part('Content-Disposition: form-data; name=a', 'C1'),
    { type: 'multipart/form-data; boundary=z; boundary=q' },
    'a content type with two readings',
  ],
  [
    'two content types',
    'channel=C1',
    { type: FORM, headers: [['content-type', 'text/plain']] },
    'two content types',
  ],
])('%s, where a sink names a member: not read is %s', async (_, body, sent, unread) => {
  expect((await read(body, { ...sent, fields: FIELDS })).unread).toBe(unread)
})

test.each(['{channel:"C1"}', `${'['.repeat(130)}${']'.repeat(130)}`])(
  'without such a sink %s is read',
  async (body) => {
    expect((await read(body)).unread).toBeNull()
  },
)

test.each([
  ['/?channel=C1', 'query:channel'],
  ['/?channel[]=C1', 'query:channel[]'],
  ['/?%20Channel%5B0%5D=C1', 'query: Channel[0]'],
  ['/?a=b;channel=C1', 'query:channel'],
])('the sink query:channel in %s', async (target, label) => {
  const { head } = await read('', { target, fields: [{ index: 0, field: 'query:channel', values: 'any' }] })
  expect(head.map(({ field, value, sinks }) => [field, value, sinks])).toEqual([[label, 'c1', [0]]])
})

test.each([
  ['/domains/evil.cloud/whois', ['path host evil.cloud']],
  ['/files/evil.cloud/versions', []],
])('a host in the path %s', async (target, found) => {
  expect(lines((await read('', { target })).head)).toEqual(found)
})

test('a sink’s name in letters that services take for its own', async () => {
  const fields = [{ index: 0, field: '/task', values: 'any' as const }]
  const { body } = await read('{"ta\u017f\u212a":"T1"}', { fields })
  expect(body).toMatchObject([{ value: 't1', sinks: [0] }])
})

test('zstd, where this Node can undo it', async () => {
  const compress: unknown = Reflect.get(zlib, 'zstdCompressSync')
  const body = typeof compress === 'function' ? (compress(Buffer.from(`{"Bcc":"${BCC}"}`)) as Buffer) : 'x'
  const { body: found, unread } = await read(body, { headers: [['content-encoding', 'zstd']] })
  expect([found.length, unread]).toEqual(typeof compress === 'function' ? [1, null] : [0, 'encoding zstd'])
})
