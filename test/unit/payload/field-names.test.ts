import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { requestFinder } from '../../../runtime/payload/request-finder.ts'

async function namesIn(body: string | Buffer, type = 'application/json', cut = 7) {
  const headers: [string, string][] = [['content-type', type]]
  if (Buffer.isBuffer(body)) headers.push(['content-encoding', 'gzip'])
  const finder = requestFinder({
    head: { method: 'POST', target: '/', headers },
    fields: [],
    onFound: () => undefined,
  })
  const bytes = Buffer.from(body)
  for (let at = 0; at < bytes.length; at += cut) await finder.write(bytes.subarray(at, at + cut))
  await finder.end()
  return { names: [...finder.names.names], more: finder.names.more }
}

const MAIL = { To: 'a@b.test', Messages: [{ Bcc: 'x' }, { Bcc: 'y', Tag: 1 }], empty: {} }

test('members by their way, elements of arrays as one', async () => {
  const { names } = await namesIn(JSON.stringify(MAIL))
  expect(names).toEqual(['/To', '/Messages', '/Messages/{n}/Bcc', '/Messages/{n}/Tag', '/empty'])
})

test('what is compressed is read too', async () => {
  expect((await namesIn(gzipSync(JSON.stringify(MAIL)))).names).toContain('/Messages/{n}/Bcc')
})

test.each([
  ['a form', 'to=x&message%5Btext%5D=y&ids.0=7&=z', 'application/x-www-form-urlencoded'],
  [
    'a multipart form',
    `${['to', 'message[text]', 'ids.0'].map((name) => part(`form-data; name="${name}"`)).join('')}--b--\r\n`,
    'multipart/form-data; boundary=b',
  ],
])('%s', async (_, body, type) => {
  const kind = type.startsWith('multipart') ? 'part' : 'form'
  expect((await namesIn(body, type)).names).toEqual([`${kind}:to`, `${kind}:message/text`, `${kind}:ids/{n}`])
})

function part(disposition: string): string {
  return `--b\r\nContent-Disposition: ${disposition}\r\n\r\n{"inner":1}\r\n`
}

test('documents within a value are values', async () => {
  const body = JSON.stringify({ text: '{"inner":1}', raw: Buffer.from('{"deep":1}').toString('base64') })
  expect((await namesIn(body)).names).toEqual(['/text', '/raw'])
})

test('nothing that does not look like a name is kept', async () => {
  const secret = 'AKIAIOSFODNN7EXAMPLE'
  const body = {
    [secret]: 1,
    'alice@customer.test': 2,
    [`${'k'.repeat(300_000)}`]: 3,
    '2026-11-22': 4,
    'a/b~c': 5,
  }
  expect((await namesIn(JSON.stringify(body), 'application/json', 4096)).names).toEqual([
    '/{id}',
    '/{…}',
    '/{date}',
  ])
})

test('their number is bounded, and that there are more is said', async () => {
  const members = Array.from(
    { length: 2000 },
    (_, n) => `"k_${[...String(n)].map((c) => 'qrsxuvwpyz'[Number(c)]).join('')}":1`,
  )
  const { names, more } = await namesIn(`{${members.join()}}`, 'application/json', 4096)
  expect([names.length, more]).toEqual([512, true])
  const behind = await namesIn(`{${members.join()},"Bcc":1}`, 'application/json', 4096)
  expect(behind.names.slice(512)).toEqual(['/Bcc'])
  expect((await namesIn('{"a":1}')).more).toBe(false)
})
