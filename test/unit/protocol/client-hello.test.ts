import { describe, expect, test } from 'vitest'
import { readClientHello } from '../../../runtime/protocol/client-hello.ts'
import {
  alpn,
  captureClientHello,
  clientHello,
  extension,
  handshake,
  helloMessage,
  records,
  serverName,
  u16,
  vector16,
} from './hello-bytes.ts'

const NEED_MORE = { kind: 'need-more' }
const tls = (fields: object = {}) => ({
  ...{ kind: 'tls', sni: null, rawSni: null, alpn: [], ech: false, version: 'TLSv1.2' },
  ...fields,
})

describe("node's own ClientHello", () => {
  test.each([
    [{ servername: 'api.test' }, tls({ sni: 'api.test', rawSni: 'api.test', version: 'TLSv1.3' })],
    [
      { servername: 'API.Test', ALPNProtocols: ['h2', 'http/1.1'] },
      tls({ sni: 'api.test', rawSni: 'API.Test', alpn: ['h2', 'http/1.1'], version: 'TLSv1.3' }),
    ],
    [{ maxVersion: 'TLSv1.2' as const }, tls()],
    [
      { servername: 'a'.repeat(63) },
      tls({ sni: 'a'.repeat(63), rawSni: 'a'.repeat(63), version: 'TLSv1.3' }),
    ],
  ])('%j', async (options, expected) => {
    const bytes = await captureClientHello(options)
    for (let length = 0; length < bytes.length; length++) {
      expect(readClientHello(bytes.subarray(0, length))).toEqual(NEED_MORE)
    }
    expect(readClientHello(bytes)).toEqual(expected)
    expect(readClientHello(Buffer.concat([bytes, Buffer.from('early data')]))).toEqual(expected)
  })

  test.each([1, 2, 3, 5, 100])('in records of %d bytes', async (size) => {
    const bytes = await captureClientHello({ servername: 'api.test', ALPNProtocols: ['h2'] })
    const cut = records(bytes.subarray(5), size)
    for (let length = 0; length < cut.length; length++) {
      expect(readClientHello(cut.subarray(0, length))).toEqual(NEED_MORE)
    }
    expect(readClientHello(cut)).toEqual(readClientHello(bytes))
    expect(readClientHello(cut)).toMatchObject({ kind: 'tls', sni: 'api.test' })
  })
})

describe('extensions', () => {
  test.each([
    ['none', clientHello(), tls()],
    ['no field for them', records(helloMessage(null)), tls()],
    [
      'upper case and a trailing dot',
      clientHello(serverName('API.TEST.')),
      tls({ sni: 'api.test', rawSni: 'API.TEST.' }),
    ],
    [
      'xn--',
      clientHello(serverName('xn--pi-6kc.test')),
      tls({ sni: 'xn--pi-6kc.test', rawSni: 'xn--pi-6kc.test' }),
    ],
    [
      'GREASE',
      clientHello(extension(0x0a0a), extension(0xfafa, Buffer.alloc(1)), alpn('\x0a\x0a', 'h2', '\xfa\xfa')),
      tls({ alpn: ['h2'] }),
    ],
    [
      'ALPN that looks like GREASE and is not',
      clientHello(alpn('\x0a\x1a', '\x0b\x0b')),
      tls({ alpn: ['\x0a\x1a', '\x0b\x0b'] }),
    ],
    [
      'many ALPN names',
      clientHello(alpn(...Array.from({ length: 40 }, (_, i) => `p${i}`))),
      tls({ alpn: Array.from({ length: 16 }, (_, i) => `p${i}`) }),
    ],
    [
      'ECH',
      clientHello(serverName('outer.test'), extension(0xfe0d, Buffer.alloc(8))),
      tls({ sni: 'outer.test', rawSni: 'outer.test', ech: true }),
    ],
    ['an ECH draft', clientHello(extension(0xff02, Buffer.alloc(8))), tls({ ech: true })],
    ['ESNI', clientHello(extension(0xffce, Buffer.alloc(8))), tls({ ech: true })],
    [
      'TLS 1.3, with GREASE',
      clientHello(extension(43, Buffer.from([6, 0x8a, 0x8a, 3, 4, 3, 3]))),
      tls({ version: 'TLSv1.3' }),
    ],
    [
      'TLS 1.1 at most',
      clientHello(extension(43, Buffer.from([4, 3, 2, 3, 1]))),
      tls({ version: 'TLSv1.1' }),
    ],
    ['versions not known', clientHello(extension(43, Buffer.from([2, 0x7f, 0x1c]))), tls({ version: null })],
  ])('%s', (_case, bytes, expected) => {
    expect(readClientHello(bytes)).toEqual(expected)
  })

  test.each([
    [
      'two server_name extensions',
      clientHello(serverName('api.test'), serverName('evil.test')),
      'second server name',
    ],
    ['two names in one', clientHello(serverName('api.test', 'evil.test')), 'server name'],
    ['the same extension twice', clientHello(alpn('h2'), alpn('h2')), 'second extension'],
    ['GREASE twice', clientHello(extension(0x1a1a), extension(0x1a1a)), 'second extension'],
    ['an empty server_name', clientHello(extension(0)), 'server name'],
    ['an empty list', clientHello(extension(0, vector16())), 'server name'],
    ['an empty name', clientHello(serverName('')), 'server name'],
    [
      'another type of name',
      clientHello(extension(0, vector16(Buffer.from([1]), vector16(Buffer.from('a.test'))))),
      'server name',
    ],
    [
      'bytes behind the name',
      clientHello(extension(0, vector16(Buffer.from([0]), vector16(Buffer.from('a.test')), Buffer.alloc(1)))),
      'server name',
    ],
    [
      'bytes behind the list',
      clientHello(extension(0, vector16(Buffer.from([0]), vector16(Buffer.from('a.test'))), Buffer.alloc(1))),
      'server name',
    ],
    ['NUL in a name', clientHello(serverName('api.test\0.evil.test')), 'server name'],
    ['an escape in a name', clientHello(serverName('\x1b[2J.test')), 'server name'],
    ['a newline in a name', clientHello(serverName('api.test\n')), 'server name'],
    ['a space in a name', clientHello(serverName('api test')), 'server name'],
    ['UTF-8 in a name', clientHello(serverName(Buffer.from('\u0430pi.test'))), 'server name'],
    ['Latin-1 in a name', clientHello(serverName('m\xfcnchen.de')), 'server name'],
    ['full-width letters in a name', clientHello(serverName(Buffer.from('ａpi.test'))), 'server name'],
    ['an address for a name', clientHello(serverName('192.0.2.1')), 'server name'],
    ['a spelling of an address', clientHello(serverName('0x7f.1')), 'server name'],
    ['an IPv6 address', clientHello(serverName('::1')), 'server name'],
    ['a name of 60 KB', clientHello(serverName('a'.repeat(60_000))), 'server name'],
    ['an empty ALPN list', clientHello(extension(16, vector16())), 'ALPN'],
    ['an empty ALPN name', clientHello(extension(16, vector16(Buffer.from([2, 104, 50, 0])))), 'ALPN'],
    ['an ALPN name cut short', clientHello(extension(16, vector16(Buffer.from([3, 104, 50])))), 'ALPN'],
    ['no versions', clientHello(extension(43, Buffer.from([0]))), 'supported versions'],
    ['half a version', clientHello(extension(43, Buffer.from([3, 3, 4, 3]))), 'supported versions'],
    ['an extension cut short', clientHello(Buffer.from([0, 99, 0, 5, 1])), 'extensions'],
    ['an extension without its length', clientHello(Buffer.from([0, 99, 0])), 'extensions'],
  ])('malformed: %s', (_case, bytes, what) => {
    expect(readClientHello(bytes)).toEqual({ kind: 'malformed', what })
  })
})

describe('the message', () => {
  const body = helloMessage([]).subarray(4)
  const withBody = (...parts: readonly Buffer[]) => records(handshake(1, Buffer.concat(parts)))
  const start = Buffer.concat([u16(0x303), Buffer.alloc(32)])
  test.each([
    ['empty', withBody(), 'ClientHello'],
    ['cut short', withBody(body.subarray(0, -1)), 'ClientHello'],
    ['bytes behind it', withBody(body, Buffer.alloc(1)), 'ClientHello'],
    [
      'a session id of 33 bytes',
      withBody(start, Buffer.from([33]), Buffer.alloc(33), vector16(u16(1)), Buffer.from([1, 0])),
      'ClientHello',
    ],
    [
      'no compression methods',
      withBody(start, Buffer.from([0]), vector16(u16(1)), Buffer.from([0])),
      'ClientHello',
    ],
    ['no cipher suites', withBody(start, Buffer.from([0]), vector16(), Buffer.from([1, 0])), 'cipher suites'],
    [
      'half a cipher suite',
      withBody(start, Buffer.from([0]), vector16(Buffer.alloc(3)), Buffer.from([1, 0])),
      'cipher suites',
    ],
  ])('%s', (_case, bytes, what) => {
    expect(readClientHello(bytes)).toEqual({ kind: 'malformed', what })
  })
})

describe('records', () => {
  const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
  test.each([
    ['', NEED_MORE],
    ['16', NEED_MORE],
    ['16 03', NEED_MORE],
    ['16 03 01', NEED_MORE],
    ['16 03 01 02 00', NEED_MORE],
    ['16 03 01 02 00 01', NEED_MORE],
    ['17', { kind: 'not-tls' }],
    ['80 2e 01', { kind: 'not-tls' }],
    ['16 02', { kind: 'not-tls' }],
    ['16 fe ff', { kind: 'not-tls' }],
    ['16 03 05', { kind: 'malformed', what: 'record version' }],
    ['16 03 01 00 00', { kind: 'malformed', what: 'empty record' }],
    ['16 03 01 40 01', { kind: 'malformed', what: 'record length' }],
    ['16 03 01 02 00 02', { kind: 'malformed', what: 'handshake type' }],
    ['16 03 01 02 00 01 01 00 00', { kind: 'malformed', what: 'handshake too long' }],
    ['16 03 01 00 01 01 15', { kind: 'malformed', what: 'record type' }],
    ['16 03 01 00 01 01 16 03 01 00 00', { kind: 'malformed', what: 'empty record' }],
  ])('%s', (bytes, expected) => {
    expect(readClientHello(hex(bytes))).toEqual(expected)
  })

  test('the largest that fits, and one byte more', () => {
    // 4 records carry it: 4 headers of 5 bytes.
    const room = 65_536 - 4 * 5 - helloMessage([]).length - 4
    const fits = clientHello(extension(99, Buffer.alloc(room)))
    expect(fits.length).toBe(65_536)
    expect(readClientHello(fits)).toEqual(tls())
    expect(readClientHello(clientHello(extension(98), extension(99, Buffer.alloc(room - 3))))).toEqual({
      kind: 'malformed',
      what: 'handshake too long',
    })
  })

  test('a last byte whose record would straddle the limit', () => {
    // Three full records, one that ends at 65,532, and the header of a fifth.
    const message = helloMessage([
      extension(99, Buffer.alloc(65_532 - 4 * 5 + 1 - helloMessage([]).length - 4)),
    ])
    const bytes = Buffer.concat([records(message.subarray(0, -1)), records(message.subarray(-1))])
    expect(bytes.length).toBe(65_538)
    expect(readClientHello(bytes.subarray(0, 65_531))).toEqual(NEED_MORE)
    expect(readClientHello(bytes.subarray(0, 65_532))).toEqual({
      kind: 'malformed',
      what: 'handshake too long',
    })
    expect(readClientHello(bytes)).toEqual({ kind: 'malformed', what: 'handshake too long' })
  })

  test('too many of them', () => {
    const message = helloMessage([extension(99, Buffer.alloc(4500))])
    expect(readClientHello(records(message, 1))).toEqual({ kind: 'malformed', what: 'too many records' })
    expect(readClientHello(records(message, 2))).toEqual(tls())
  })
})
