import { expect, test } from 'vitest'
import { parseProxyUrl } from '../../../runtime/policy/proxy-url.ts'

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

test.each<readonly [string, 'http' | 'https', string, number, string | null]>([
  ['http://proxy.test:3128', 'http', 'proxy.test', 3128, null],
  ['HTTP://Proxy.Test.:3128/', 'http', 'proxy.test', 3128, null],
  ['proxy.test:3128', 'http', 'proxy.test', 3128, null],
  ['proxy', 'http', 'proxy', 80, null],
  ['http://proxy.test', 'http', 'proxy.test', 80, null],
  ['https://proxy.test', 'https', 'proxy.test', 443, null],
  ['http://127.0.0.1:3128', 'http', '127.0.0.1', 3128, null],
  ['http://[2001:DB8::1]:3128', 'http', '2001:db8::1', 3128, null],
  ['http://joe:pw@proxy.test:3128', 'http', 'proxy.test', 3128, basic('joe:pw')],
  ['joe:pw@proxy.test:3128', 'http', 'proxy.test', 3128, basic('joe:pw')],
  ['http://joe@proxy.test:3128', 'http', 'proxy.test', 3128, basic('joe:')],
  [
    'http://CORP%5Cjoe:p%40s%3As%20%C3%A9@proxy.test:3128',
    'http',
    'proxy.test',
    3128,
    basic('CORP\\joe:p@s:s é'),
  ],
])('%s', (text, scheme, host, port, authorization) => {
  expect(parseProxyUrl(text)).toEqual({ ok: true, scheme, host, port, authorization })
})

test.each<readonly [string, string | null]>([
  ['socks5://joe:pw@proxy.test:1080', 'socks5'],
  ['SOCKS5H://proxy.test', 'socks5h'],
  ['file:///etc/passwd', 'file'],
  ['', null],
  ['http://', null],
  ['http://proxy.test:99999', null],
  ['http://proxy.test:0', null],
  ['http://joe:%E9@proxy.test:3128', null],
  ['http://a b:3128', null],
  ['http://pro*xy.test:3128', null],
  ['://proxy.test', null],
])('%s is none', (text, scheme) => {
  expect(parseProxyUrl(text)).toEqual({ ok: false, scheme })
})
