import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { responseReader } from '../../../runtime/payload/response-reader.ts'

const BODY = JSON.stringify({
  id: 12345,
  channel: 'C012',
  mail: 'x@evil.test',
  raw: Buffer.from('y@evil.test').toString('base64'),
})

test.each([
  ['plain', BODY, []],
  ['gzip', gzipSync(BODY), [['content-encoding', 'gzip'] as const]],
])('the texts of a response: %s', async (_, body, headers) => {
  const texts: string[] = []
  const reader = responseReader({
    headers: [['content-type', 'application/json'], ['location', 'https://evil.test/x'], ...headers],
    onTexts: (batch) => texts.push(...batch),
  })
  await reader.write(Buffer.from(body))
  expect(await reader.end()).toEqual({ unread: null })
  expect(texts).toEqual(
    expect.arrayContaining(['https://evil.test/x', '12345', 'C012', 'x@evil.test', 'y@evil.test']),
  )
})

test('many texts come in batches', async () => {
  const batches: number[] = []
  const reader = responseReader({ headers: [], onTexts: (batch) => batches.push(batch.length) })
  await reader.write(Buffer.from(JSON.stringify(Array.from({ length: 1000 }, (_, index) => `text ${index}`))))
  await reader.end()
  expect(batches.length).toBeGreaterThan(2)
  expect(batches.reduce((sum, length) => sum + length)).toBe(1000)
})
