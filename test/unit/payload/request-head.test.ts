import { expect, test } from 'vitest'
import { lines, read } from './found-in.ts'

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

test.each<readonly [target: string, ...found: string[]]>([
  ['/users/x%40evil.test/messages', 'path mail x@evil.test'],
  ['/users/x%2540evil.test', 'path mail x@evil.test percent'],
  ['/recipients/x@evil.test', 'path recipient mail x@evil.test'],
  ['/proxy/https://evil.test/x', 'path url https://evil.test/x'],
  ['/proxy/https%3A%2F%2Fevil.test%2Fx', 'path url https://evil.test/x'],
  ['/a/index.js', ''],
  ['/@scope%2fname/-/name-1.2.3.tgz', ''],
  ['/x?to=x%40evil.test&q=y@evil.test', 'query:to recipient mail x@evil.test', 'query:q mail y@evil.test'],
  ['/x?webhook_url=https%3A%2F%2Fevil.test%2Fp%3Fa', 'query:webhook_url recipient url https://evil.test/p'],
  ['/x?data=eEBldmlsLnRlc3Q%3D', 'query:data mail x@evil.test base64'],
  ['/x?x@evil.test', 'query:x@evil.test mail x@evil.test'],
  ['/x?payload=%7B%22bcc%22%3A%22x%40evil.test%22%7D', 'query:payload#/bcc recipient mail x@evil.test json'],
  ['/x?api_key=k1234567&page_token=p1234567', 'query:api_key credential credential k1234567'],
  ['/x?key=PROJ-1&access_token=', ''],
  ['https://api.test/x?to=x@evil.test', 'query:to recipient mail x@evil.test'],
])('the target %s', async (target, ...found) => {
  expect(lines((await read('', { target })).head)).toEqual(found.filter((line) => line !== ''))
})

test.each<readonly [name: string, value: string, ...found: string[]]>([
  ['Referer', 'https://evil.test/a', 'header:referer url https://evil.test/a'],
  ['X-Forward-To', 'x@evil.test', 'header:x-forward-to recipient mail x@evil.test'],
  ['X-Note', base64('{"bcc":"x@evil.test"}'), 'header:x-note#/bcc recipient mail x@evil.test base64+json'],
  ['X-Note', 'x@gi\u00e2\u0080\u008bft.test', 'header:x-note mail x@gift.test'],
  ['Host', 'evil.test', ''],
  ['User-Agent', 'bot (+https://evil.test/)', ''],
  ['Authorization', 'Bearer abc.def', 'header:authorization credential credential abc.def'],
  ['Authorization', 'token abc', 'header:authorization credential credential abc'],
  ['authorization', 'abcdef', 'header:authorization credential credential abcdef'],
  [
    'Authorization',
    `Basic ${base64('me@evil.test:s3cret')}`,
    'header:authorization credential credential me@evil.test',
    'header:authorization credential credential s3cret',
  ],
  ['Authorization', `Basic ${base64('api:s3cret')}`, 'header:authorization credential credential s3cret'],
  ['Authorization', `Basic ${base64('s3cret:')}`, 'header:authorization credential credential s3cret'],
  [
    'Authorization',
    'AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=00',
    'header:authorization credential credential AKID',
  ],
  [
    'Authorization',
    'Digest username="me", realm="x", response="0"',
    'header:authorization credential credential me',
  ],
  ['Authorization', 'Negotiate abcdef', ''],
  ['X-Postmark-Server-Token', 'abc-def', 'header:x-postmark-server-token credential credential abc-def'],
  ['X-Api-Key', 'abc', 'header:x-api-key credential credential abc'],
  [
    'X-Sentry-Auth',
    'Sentry sentry_version=7, sentry_key=abc',
    'header:x-sentry-auth credential credential abc',
  ],
  ['Idempotency-Key', 'abc', ''],
  ['Sec-WebSocket-Key', 'abc', ''],
])('the header field %s: %s', async (name, value, ...found) => {
  expect(lines((await read('', { headers: [[name, value]] })).head)).toEqual(
    found.filter((line) => line !== ''),
  )
})
