import { expect, test } from 'vitest'
import { fieldPattern } from '../../../runtime/payload/field-pattern.ts'
import { read, type Sent } from './found-in.ts'

test.each<readonly [pattern: string, path: string, match: string | null]>([
  ['/Bcc', '/bcc', 'value'],
  ['/Bcc', '/Bcc/0', 'value'],
  ['/Bcc', '/Bcc/email', 'around'],
  ['/Bcc', '/a/Bcc', null],
  ['/*/Bcc', '/0/Bcc', 'value'],
  ['/*/Bcc', '/Bcc', null],
  ['/**/Bcc', '/Bcc', 'value'],
  ['/**/Bcc', '/a/b/Bcc', 'value'],
  ['/a/**', '/a', 'value'],
  ['/a/**', '/a/b/c', 'value'],
  ['/a/**/c/*', '/a/b/c/d', 'value'],
  ['/a~1b', '/a~1b', 'value'],
  ['**', '/anything', 'value'],
  ['header:X-To', '/x-to', null],
])('%s at %s: %s', (pattern, path, match) => {
  const segments = path
    .slice(1)
    .toLowerCase()
    .split('/')
    .map((one) => one.replace('~1', '/'))
  expect(fieldPattern(pattern)({ label: path, segments })).toBe(match)
})

const FORM = 'application/x-www-form-urlencoded'

test.each<readonly [field: string, body: string, sent: Sent, fields: readonly string[]]>([
  ['/Bcc', '{"Bcc":"x@evil.test","To":"y@evil.test"}', {}, ['/Bcc']],
  ['/**/email', '{"to":[{"email":"x@evil.test"}]}', {}, ['/to/0/email']],
  ['/Bcc', 'bcc=x%40evil.test', { type: FORM }, ['form:bcc']],
  ['/message/to', 'message%5Bto%5D=x%40evil.test', { type: FORM }, ['form:message[to]']],
  [
    '/Bcc',
    '--b\r\nContent-Disposition: form-data; name="Bcc"\r\n\r\nx@evil.test\r\n--b--',
    { type: 'multipart/form-data; boundary=b' },
    ['part:Bcc'],
  ],
  ['/Bcc', 'Bcc: x@evil.test\r\nTo: y@evil.test\r\n\r\n', { type: 'message/rfc822' }, ['part:Bcc']],
  [
    '/raw',
    JSON.stringify({ raw: Buffer.from('To: y@evil.test\r\nBcc: x@evil.test\r\n\r\n').toString('base64') }),
    {},
    ['/raw#part:To', '/raw#part:Bcc'],
  ],
  ['/p/to', '{"p":"{\\"to\\":\\"x@evil.test\\"}"}', {}, ['/p#/to']],
  ['/to', '{"p":"{\\"to\\":\\"x@evil.test\\"}"}', {}, ['/p#/to']],
  ['header:X-Note', '', { headers: [['x-note', 'x@evil.test']] }, ['header:x-note']],
  ['query:q', '', { target: '/?Q=x@evil.test&r=x@evil.test' }, ['query:Q']],
  [
    '**',
    '{"a":"x@evil.test"}',
    { target: '/y@evil.test?z=z@evil.test', headers: [['x-note', 'x@evil.test']] },
    ['path', 'query:z', 'header:x-note', '/a'],
  ],
])('the sink %s in %s', async (field, body, sent, expected) => {
  const { head, body: found } = await read(body, {
    ...sent,
    fields: [{ index: 7, field, values: 'destinations' }],
  })
  const sunk = [...head, ...found].filter(({ sinks }) => sinks.length > 0)
  expect(sunk.map((candidate) => candidate.field)).toEqual(expected)
  expect(sunk.every(({ sinks }) => sinks.join() === '7')).toBe(true)
})

test.each<readonly [field: string, body: string, sent: Sent, values: readonly string[]]>([
  ['/channel', '{"channel":" C012AB3CD ","text":"hi"}', {}, ['c012ab3cd']],
  ['/chat_id', '{"chat_id":-1001234,"a":null}', {}, ['-1001234']],
  ['/a', '{"a":null,"b":true}', {}, []],
  ['/to', '{"to":["+1 555","+1 556"]}', {}, ['+1 555', '+1 556']],
  ['/to', '{"to":{"name":"x"}}', {}, []],
  ['/To', 'To=%2B1555&From=%2B1556', { type: FORM }, ['+1555']],
  [
    '/To',
    '--b\r\nContent-Disposition: form-data; name="To"\r\n\r\n+1555\r\n--b--',
    { type: 'multipart/form-data; boundary=b' },
    ['+1555'],
  ],
  ['query:bucket', '', { target: '/?bucket=Mine' }, ['mine']],
  ['header:X-Channel', '', { headers: [['X-Channel', 'Abc']] }, ['abc']],
  ['header:Authorization', '', { headers: [['Authorization', 'Bearer Abc']] }, ['bearer abc']],
])('any value of %s in %s', async (field, body, sent, values) => {
  const { head, body: found } = await read(body, { ...sent, fields: [{ index: 0, field, values: 'any' }] })
  const whole = [...head, ...found].filter(({ kind }) => kind === 'value')
  expect(whole.map(({ value }) => value)).toEqual(values)
})

test('a value that is a destination too is both', async () => {
  const { body } = await read('{"to":"x@evil.test"}', { fields: [{ index: 0, field: '/to', values: 'any' }] })
  expect(body.map(({ kind, sinks }) => [kind, ...sinks])).toEqual([
    ['value', 0],
    ['mail', 0],
  ])
})

test.each<readonly [field: string, target: string, expected: readonly string[]]>([
  ['path:2', '/repos/Octo/hello', ['path:2 octo']],
  ['path:3', '/repos/octo/hello%20w?x=y', ['path:3 hello w']],
  ['path:4', '/repos/octo/hello', []],
])('a segment of the path, %s of %s', async (field, target, expected) => {
  const { head } = await read('', { target, fields: [{ index: 0, field, values: 'any' }] })
  expect(head.map((one) => `${one.field} ${one.value}`)).toEqual(expected)
  for (const one of head) expect(one).toMatchObject({ kind: 'value', sinks: [0] })
})
