import { describe, expect, test } from 'vitest'
import { encodeSvcb, readSvcb, withoutHiddenParams } from '../../../runtime/protocol/svcb.ts'
import { labels, name, pointer, words } from './dns-bytes.ts'

const param = (key: number, value: Buffer) => Buffer.concat([words(key, value.length), value])
const svcb = (...params: readonly Buffer[]) => Buffer.concat([words(1), name('svc', 'test'), ...params])
const alpn = param(1, Buffer.from('\x02h2'))
const port = param(3, words(8443))
const hint4 = param(4, Buffer.from([192, 0, 2, 1]))
const ech = param(5, Buffer.from('key'))
const hint6 = param(6, Buffer.alloc(16))
const other = param(65_280, Buffer.from('x'))
const clean = (rdata: Buffer) => {
  const read = readSvcb(rdata)
  return read === null ? null : encodeSvcb(withoutHiddenParams(read))
}

describe('keys and hints go, the rest stays', () => {
  test.each([
    ['an alias', Buffer.concat([words(0), name('a')]), Buffer.concat([words(0), name('a')])],
    ['the owner as target', Buffer.concat([words(1), name()]), Buffer.concat([words(1), name()])],
    ['all of them', svcb(alpn, port, hint4, ech, hint6, other), svcb(alpn, port, other)],
    ['nothing hidden', svcb(alpn, port), svcb(alpn, port)],
    [
      'mandatory, some hidden',
      svcb(param(0, words(1, 4, 5, 3)), alpn, port, hint4, ech),
      svcb(param(0, words(1, 3)), alpn, port),
    ],
    ['mandatory, all hidden', svcb(param(0, words(4, 5, 6)), hint4, ech, hint6), svcb()],
  ])('%s', (_case, rdata, expected) => {
    expect(clean(rdata)).toEqual(expected)
    expect(clean(expected)).toEqual(expected)
  })
})

describe('malformed', () => {
  test.each([
    ['empty', Buffer.alloc(0)],
    ['no target', words(1)],
    ['a target cut short', Buffer.concat([words(1), labels('svc')])],
    ['a compressed target', Buffer.concat([words(1), pointer(12)])],
    ['a key without its length', svcb(words(1))],
    ['a value cut short', svcb(words(1, 5), Buffer.from('ab'))],
    ['out of order', svcb(port, alpn)],
    ['twice', svcb(ech, ech)],
  ])('%s', (_case, rdata) => {
    expect(readSvcb(rdata)).toBeNull()
  })
})
