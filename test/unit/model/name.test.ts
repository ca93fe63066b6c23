import { describe, expect, test } from 'vitest'
import { nameFromLabels, normaliseName } from '../../../runtime/model/name.ts'

describe('normaliseName', () => {
  const label63 = 'a'.repeat(63)
  const name253 = `${label63}.${label63}.${label63}.${'a'.repeat(61)}`
  test.each([
    ['api.test', 'api.test'],
    ['API.TEST.', 'api.test'],
    ['localhost', 'localhost'],
    ['_dmarc.a_b.test', '_dmarc.a_b.test'],
    ['-a-.test', '-a-.test'],
    ['münchen.de', 'xn--mnchen-3ya.de'],
    ['MÜNCHEN.de', 'xn--mnchen-3ya.de'],
    ['XN--MNCHEN-3YA.DE', 'xn--mnchen-3ya.de'],
    ['straße.de', 'xn--strae-oqa.de'],
    ['\u0430pi.test', 'xn--pi-6kc.test'],
    ['ａｐｉ.test', 'api.test'],
    ['\u212apple.test', 'kpple.test'],
    ['api\u3002test', 'api.test'],
    ['api\uff0etest\uff61', 'api.test'],
    ['ap\u00adi.test', 'api.test'],
    ['１２.test', '12.test'],
    ['1.2.3.4.test', '1.2.3.4.test'],
    ['0x7f.test', '0x7f.test'],
    ['1e3', '1e3'],
    ['4.3.2.1.in-addr.arpa', '4.3.2.1.in-addr.arpa'],
    [`${label63}.test`, `${label63}.test`],
    [name253, name253],
    [`${name253}.`, name253],
  ])('%s -> %s', (text, name) => {
    expect(normaliseName(text)).toBe(name)
  })

  test.each([
    '',
    '.',
    '..',
    '.api.test',
    'api..test',
    'api.test..',
    'api test',
    ' api.test',
    'api.test\n',
    'api\ttest',
    'api\0.test',
    'api\x7f.test',
    'api\u0085.test',
    'ap%69.test',
    'münchen%2ede',
    'm\u00fc\tn.test',
    'a/b',
    'a\\b',
    'a:80',
    'user@api.test',
    '*.api.test',
    'a?b',
    'a#b',
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '0x7f.1',
    '0X7F.1',
    '0x7f000001',
    '0177.0.0.1',
    '2130706433',
    '0',
    '0x',
    '1.2.3.4.5',
    '256.256.256.256',
    'api.08',
    'api.0xg.0x1',
    '１２７.0.0.1',
    '127.0.0.１',
    '０x7f.１',
    '::1',
    '[::1]',
    '::ffff:1.2.3.4',
    '\u00ad',
    '\u00ad.test',
    '\u2100.test',
    '\u2488.test',
    'é\ufe12x.test',
    '\ud800.test',
    '\ufffd.test',
    'xn--\u00e9.test',
    `${'a'.repeat(64)}.test`,
    `${'é'.repeat(80)}.test`,
    `${'a.'.repeat(128)}`,
    'a'.repeat(100_000),
    'é.'.repeat(100_000),
    `${'\u00ad'.repeat(2000)}api.test`,
  ])('refuses %j', (text) => {
    expect(normaliseName(text)).toBeNull()
  })

  test('a normal name is its own normal form', () => {
    for (const text of ['münchen.de', 'API.TEST.', '\u0430pi.test', '☃.net', 'עב1.test', 'straße.de']) {
      const name = normaliseName(text)
      expect(name).toMatch(/^[a-z0-9._-]+$/)
      expect(normaliseName(name ?? '')).toBe(name)
    }
  })
})

describe('nameFromLabels', () => {
  const labels = (...texts: string[]) => texts.map((text) => Buffer.from(text, 'latin1'))

  test.each([
    [labels(), ''],
    [labels('API', 'Test'), 'api.test'],
    [labels('_srv', '_tcp', 'a'), '_srv._tcp.a'],
    [labels('1', '0', '0', '127', 'in-addr', 'arpa'), '1.0.0.127.in-addr.arpa'],
    [labels('xn--mnchen-3ya', 'de'), 'xn--mnchen-3ya.de'],
  ])('%j', (wire, name) => {
    expect(nameFromLabels(wire)).toBe(name)
  })

  test.each([
    [labels('api.test')],
    [labels('api', 'te.st')],
    [labels('api\0', 'test')],
    [labels('\x1b[2J', 'test')],
    [labels('a b', 'test')],
    [labels('$(id)', 'test')],
    [labels('m\xfcnchen', 'de')],
    [labels('\xc3\xa9', 'de')],
    [labels('', 'test')],
    [labels('a'.repeat(64), 'test')],
    [labels('127', '0', '0', '1')],
    [labels('0x7f', '1')],
  ])('refuses %j', (wire) => {
    expect(nameFromLabels(wire)).toBeNull()
  })

  test('agrees with normaliseName on every one-byte label', () => {
    for (let byte = 0; byte < 128; byte++) {
      if (byte === 0x2e) continue
      const label = Buffer.from([0x61, byte])
      expect(nameFromLabels([label, Buffer.from('test')])).toBe(
        normaliseName(`${label.toString('latin1')}.test`),
      )
    }
  })
})
