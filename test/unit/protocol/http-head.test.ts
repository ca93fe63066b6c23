import { describe, expect, test } from 'vitest'
import { readHttpHead } from '../../../runtime/protocol/http-head.ts'

const NEED_MORE = { kind: 'need-more' }
const read = (text: string) => readHttpHead(Buffer.from(text, 'latin1'))
const lines = (...texts: readonly string[]) => `${texts.join('\r\n')}\r\n\r\n`

describe('a request head', () => {
  const head = (fields: object = {}) => ({
    ...{ kind: 'http', method: 'GET', target: '/', version: '1.1', host: 'api.test', hostPort: null },
    ...{ absolute: null, authority: null, upgrade: null, body: { kind: 'none' } },
    ...fields,
  })
  const host = 'Host: api.test'
  test.each([
    [['GET / HTTP/1.1', host], head()],
    [['GET / HTTP/1.1', 'hOST:API.TEST.:8080'], head({ hostPort: 8080 })],
    [['GET / HTTP/1.1', 'Host: \t api.test \t '], head()],
    [['GET / HTTP/1.1', 'Host: [::1]:80'], head({ host: '::1', hostPort: 80 })],
    [['GET / HTTP/1.0'], head({ version: '1.0', host: null })],
    [['GET / HTTP/1.0', host], head({ version: '1.0' })],
    [['get /a?b=c HTTP/1.1', host], head({ method: 'get', target: '/a?b=c' })],
    [['M-SEARCH * HTTP/1.0'], null],
    [['OPTIONS * HTTP/1.1', host], head({ method: 'OPTIONS', target: '*' })],
    [
      ['GET http://evil.test/x HTTP/1.1', host],
      head({ target: 'http://evil.test/x', absolute: { scheme: 'http', host: 'evil.test', port: 80 } }),
    ],
    [
      ['GET HTTPS://EVIL.test.:8443?q HTTP/1.1', host],
      head({
        target: 'HTTPS://EVIL.test.:8443?q',
        absolute: { scheme: 'https', host: 'evil.test', port: 8443 },
      }),
    ],
    [
      ['GET https://0x7f.1 HTTP/1.1', host],
      head({ target: 'https://0x7f.1', absolute: { scheme: 'https', host: '127.0.0.1', port: 443 } }),
    ],
    [
      ['CONNECT evil.test:443 HTTP/1.1', host],
      head({ method: 'CONNECT', target: 'evil.test:443', authority: { host: 'evil.test', port: 443 } }),
    ],
    [
      ['CONNECT [2001:DB8::1]:22 HTTP/1.1', host],
      head({ method: 'CONNECT', target: '[2001:DB8::1]:22', authority: { host: '2001:db8::1', port: 22 } }),
    ],
    [['GET / HTTP/1.1', host, 'Connection: Upgrade', 'Upgrade: WebSocket'], head({ upgrade: 'websocket' })],
    [['GET / HTTP/1.1', host, 'Upgrade: h2c', 'Upgrade: a'], head({ upgrade: 'h2c, a' })],
    [
      ['POST / HTTP/1.1', host, 'Content-Length: 12'],
      head({ method: 'POST', body: { kind: 'length', bytes: 12 } }),
    ],
    [
      ['POST / HTTP/1.1', host, 'Transfer-Encoding: Chunked'],
      head({ method: 'POST', body: { kind: 'chunked' } }),
    ],
    [['GET / HTTP/1.1', host, 'X:', 'Y: caf\xe9\t"x"'], head()],
  ])('%j', (texts, expected) => {
    const text = lines(...texts)
    const whole =
      expected === null
        ? { kind: 'malformed', what: 'request line' }
        : { ...expected, headBytes: text.length }
    expect(read(text)).toEqual(whole)
    expect(read(`${text}GET /next HTTP/1.1\r\nHost: evil.test\r\n\r\n`)).toEqual(whole)
    for (let length = 0; length < text.length; length++)
      expect(read(text.slice(0, length))).toEqual(NEED_MORE)
  })
})

describe('malformed', () => {
  const get = 'GET / HTTP/1.1'
  const host = 'Host: api.test'
  test.each([
    ['no Host', [get], 'Host'],
    ['two Hosts', [get, host, 'Host: evil.test'], 'Host'],
    ['the same Host twice', [get, host, host], 'Host'],
    ['two Hosts in HTTP/1.0', ['GET / HTTP/1.0', host, host], 'Host'],
    ['a list of Hosts', [get, 'Host: api.test, evil.test'], 'Host'],
    ['an empty Host', [get, 'Host:'], 'Host'],
    ['a user name in Host', [get, 'Host: api.test@evil.test'], 'Host'],
    ['a path in Host', [get, 'Host: api.test/evil.test'], 'Host'],
    ['a percent sign in Host', [get, 'Host: api%2etest'], 'Host'],
    ['UTF-8 in Host', [get, 'Host: \xd0\xb0pi.test'], 'Host'],
    ['an empty port', [get, 'Host: api.test:'], 'Host'],
    ['port 0', [get, 'Host: api.test:0'], 'Host'],
    ['port 65536', [get, 'Host: api.test:65536'], 'Host'],
    ['a zone', [get, 'Host: [fe80::1%25eth0]'], 'Host'],
    ['no IPv6 address in brackets', [get, 'Host: [api.test]'], 'Host'],
    ['IPv6 without brackets', [get, 'Host: ::1'], 'Host'],
    ['a number that is no address', [get, 'Host: 1.2.3.256'], 'Host'],
    ['NUL in Host', [get, 'Host: api.test\0'], 'header value'],
    ['an escape in a value', [get, host, 'X: \x1b[2J'], 'header value'],
    ['DEL in a value', [get, host, 'X: \x7f'], 'header value'],
    ['bare CR in a value', [get, host, 'X: a\rHost: evil.test'], 'header value'],
    ['bare LF in a value', [get, host, 'X: a\nHost: evil.test'], 'line end'],
    ['CR before CRLF', [get, `${host}\r`], 'header value'],
    ['a folded line', [get, 'X: a', ' b', host], 'folded header'],
    ['a folded line with a tab', [get, host, '\tb: c'], 'folded header'],
    ['a space before the first header', [get, ` ${host}`], 'folded header'],
    ['a space before the colon', [get, 'Host : api.test'], 'header name'],
    ['a tab before the colon', [get, host, 'Transfer-Encoding\t: chunked'], 'header name'],
    ['a line without a colon', [get, host, 'X'], 'header name'],
    ['a line without a name', [get, host, ': x'], 'header name'],
    ['NUL in a name', [get, host, 'X\0: y'], 'header name'],
    ['a letter above ASCII in a name', [get, host, 'H\xf6st: evil.test'], 'header name'],
    ['both lengths', [get, host, 'Content-Length: 5', 'Transfer-Encoding: chunked'], 'body length'],
    [
      'both lengths, the other way',
      [get, host, 'Transfer-Encoding: chunked', 'Content-Length: 5'],
      'body length',
    ],
    ['two lengths', [get, host, 'Content-Length: 5', 'Content-Length: 6'], 'body length'],
    ['the same length twice', [get, host, 'Content-Length: 5', 'content-length: 5'], 'body length'],
    ['a list of lengths', [get, host, 'Content-Length: 5, 5'], 'body length'],
    ['a signed length', [get, host, 'Content-Length: +5'], 'body length'],
    ['a length in hexadecimal', [get, host, 'Content-Length: 0x5'], 'body length'],
    ['an empty length', [get, host, 'Content-Length:'], 'body length'],
    ['a length past what is exact', [get, host, `Content-Length: ${'9'.repeat(20)}`], 'body length'],
    ['chunked twice', [get, host, 'Transfer-Encoding: chunked, chunked'], 'body length'],
    ['chunked and another coding', [get, host, 'Transfer-Encoding: chunked, identity'], 'body length'],
    ['a disguised coding', [get, host, 'Transfer-Encoding: xchunked'], 'body length'],
    ['a quoted coding', [get, host, 'Transfer-Encoding: "chunked"'], 'body length'],
    ['chunks in HTTP/1.0', ['GET / HTTP/1.0', host, 'Transfer-Encoding: chunked'], 'body length'],
    ['a space in the target', ['GET /a b HTTP/1.1', host], 'request line'],
    ['two spaces', ['GET /  HTTP/1.1', host], 'request line'],
    ['a space at the end', ['GET / HTTP/1.1 ', host], 'request line'],
    ['a fragment', ['GET /#a HTTP/1.1', host], 'request line'],
    ['NUL in the target', ['GET /\0 HTTP/1.1', host], 'request line'],
    ['a tab in the target', ['GET /\ta HTTP/1.1', host], 'request line'],
    ['UTF-8 in the target', ['GET /\xc3\xa9 HTTP/1.1', host], 'request line'],
    ['HTTP/1.2', ['GET / HTTP/1.2', host], 'request line'],
    ['HTTP/2.0', ['GET / HTTP/2.0', host], 'request line'],
    ['HTTP/1.10', ['GET / HTTP/1.10', host], 'request line'],
    ['HTTP/11', ['GET / HTTP/11', host], 'request line'],
    ['* for another method', ['GET * HTTP/1.1', host], 'request line'],
    ['*x', ['OPTIONS *x HTTP/1.1', host], 'request line'],
    ['CONNECT without a port', ['CONNECT evil.test HTTP/1.1', host], 'request line'],
    ['CONNECT with a path', ['CONNECT /evil.test:443 HTTP/1.1', host], 'request line'],
    ['a user name in the target', ['GET https://api.test@evil.test/ HTTP/1.1', host], 'request line'],
    ['a target without a host', ['GET http:///a HTTP/1.1', host], 'request line'],
    ['a backslash for a slash', ['GET http://api.test\\evil.test/ HTTP/1.1', host], 'request line'],
    ['an almost known preface', ['PRI * HTTP/2.0', host], 'request line'],
  ])('%s', (_case, texts, what) => {
    expect(read(lines(...texts))).toEqual({ kind: 'malformed', what })
  })

  test.each([
    ['bare LF after the request line', 'GET / HTTP/1.1\nHost: api.test\r\n\r\n', 'line end'],
    ['bare LF throughout', 'GET / HTTP/1.1\nHost: api.test\n\n', 'line end'],
    ['bare LF as the empty line', 'GET / HTTP/1.1\r\nHost: api.test\r\n\n', 'line end'],
    ['bare LF before the empty line', 'GET / HTTP/1.1\r\nHost: api.test\n\r\n', 'line end'],
    ['bare LF before anything else is wrong', 'GET / HTTP/1.1\r\nX\nfoo', 'line end'],
    ['more than 255 lines', `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(255)}`, 'too many headers'],
    ['a request line alone, and bare LF', 'GET / HTTP/1.0\n\n', 'line end'],
  ])('%s', (_case, text, what) => {
    expect(read(text)).toEqual({ kind: 'malformed', what })
  })
})

describe('what is no HTTP/1 is told at the byte that shows it', () => {
  test.each([
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 24, 'h2c'],
    ['\0\0\0\x08\x04\xd2\x16\x2f', 1, 'not-http'],
    ['\r\nGET / HTTP/1.1', 1, 'not-http'],
    [' GET / HTTP/1.1', 1, 'not-http'],
    ['SSH-2.0-OpenSSH_9.2p1\r\n', 22, 'not-http'],
    ['SSH-2.0-OpenSSH_9.2p1 Debian\r\n', 23, 'not-http'],
    ['*1\r\n$4\r\nPING\r\n', 3, 'not-http'],
    ['EHLO mail.test\r\n', 6, 'not-http'],
    ['EHLO host.test\r\n', 7, 'not-http'],
    ['INVITE sip:a@b SIP/2.0\r\n', 8, 'not-http'],
    ['GE\0T / HTTP/1.1', 3, 'not-http'],
    ['GET\t/ HTTP/1.1', 4, 'not-http'],
    ['GET  / HTTP/1.1', 5, 'not-http'],
    ['GET ftp://a/ HTTP/1.1', 5, 'not-http'],
    ['GET httpx://a/ HTTP/1.1', 9, 'not-http'],
    [`${'A'.repeat(33)} / HTTP/1.1`, 33, 'not-http'],
    [`${'A'.repeat(40)} / HTTP/1.1`, 33, 'not-http'],
    ['GET /\r\n', 7, 'not-http'],
    ['GET / HTTPX\r\n', 13, 'not-http'],
    ['GET / http/1.1\r\n', 16, 'not-http'],
    ['CONNECT \0\0\0\n', 12, 'not-http'],
  ])('%j', (text, length, kind) => {
    for (let shorter = 0; shorter < length; shorter++) expect(read(text.slice(0, shorter))).toEqual(NEED_MORE)
    for (let longer = length; longer <= text.length; longer++)
      expect(read(text.slice(0, longer))).toEqual({ kind })
  })
})

describe('the limit of 65,536 bytes', () => {
  const rest = '\r\nHost: api.test\r\n\r\n'
  const line = (length: number) => `GET /${'a'.repeat(length - 'GET / HTTP/1.1'.length)} HTTP/1.1`
  test('a head that just fits', () => {
    expect(read(line(65_536 - rest.length) + rest)).toMatchObject({ kind: 'http', headBytes: 65_536 })
  })
  test.each([
    ['a byte more', line(65_537 - rest.length) + rest, { kind: 'malformed', what: 'head too long' }],
    [
      'no end in sight',
      `GET / HTTP/1.1\r\n${`X: ${'y'.repeat(1000)}\r\n`.repeat(80)}`,
      { kind: 'malformed', what: 'head too long' },
    ],
    ['no line end in sight', `GET /${'a'.repeat(70_000)}`, { kind: 'not-http' }],
  ])('%s', (_case, text, expected) => {
    expect(read(text)).toEqual(expected)
    expect(read(text.slice(0, 65_536))).toEqual(expected)
    expect(read(text.slice(0, 65_535))).toEqual(NEED_MORE)
  })
})

describe('a host is judged on the bytes that it stands for', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.1', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['0X7F000001', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0177.0.0.1', '127.0.0.1'],
    ['0', '0.0.0.0'],
    ['169.254.169.254.', '169.254.169.254'],
    ['[0:0::1]', '::1'],
    ['[2001:DB8:0:0:1:0:0:1]', '2001:db8::1:0:0:1'],
    ['[::ffff:127.0.0.1]', '127.0.0.1'],
    ['[::FFFF:7f00:1]', '127.0.0.1'],
    ['[0:0:0:0:0:ffff:a9fe:a9fe]', '169.254.169.254'],
    ['[64:ff9b::7f00:1]', '64:ff9b::7f00:1'],
    ['localhost', 'localhost'],
    ['a_b.test', 'a_b.test'],
    ['0x7f.test', '0x7f.test'],
  ])('%s', (text, host) => {
    expect(read(`GET / HTTP/1.1\r\nHost: ${text}\r\n\r\n`)).toMatchObject({ host, hostPort: null })
    expect(read(`GET / HTTP/1.1\r\nHost: ${text}:81\r\n\r\n`)).toMatchObject({ host, hostPort: 81 })
  })
})
