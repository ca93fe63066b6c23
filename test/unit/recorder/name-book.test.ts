import { describe, expect, it } from 'vitest'
import { answeredNames } from '../../../runtime/recorder/answered-names.ts'
import { createNameBook } from '../../../runtime/recorder/name-book.ts'
import { createSinkhole } from '../../../runtime/recorder/sinkhole.ts'

const direct = (name: string) => ({ name, chain: [], inheritedPorts: null })

describe('createNameBook', () => {
  it('knows every name that was answered with an address', () => {
    const book = createNameBook()
    book.answer('a.test', ['203.0.113.1', '2001:db8::1'])
    book.answer('b.test', ['203.0.113.1'])
    book.answer('a.test', ['203.0.113.1'])
    expect(book.answeredWith('203.0.113.1')).toEqual([direct('a.test'), direct('b.test')])
    expect(book.answeredWith('2001:db8::1')).toEqual([direct('a.test')])
    expect(book.answeredWith('203.0.113.2')).toEqual([])
    expect([book.wasAnswered('b.test', '203.0.113.1'), book.wasAnswered('b.test', '2001:db8::1')]).toEqual([
      true,
      false,
    ])
  })

  it('gives the way by which a name inherits, the first one that was seen', () => {
    const book = createNameBook()
    const from = { chain: ['_x._tcp.a.test'], ports: [5432] }
    book.inherit('b.test', from)
    book.inherit('b.test', { chain: ['other.test'], ports: null })
    book.answer('b.test', ['203.0.113.1'])
    expect(book.inherited('b.test')).toEqual(from)
    expect(book.inherited('a.test')).toBeNull()
    expect(book.answeredWith('203.0.113.1')).toEqual([
      { name: 'b.test', chain: from.chain, inheritedPorts: from.ports },
    ])
  })

  it('forgets the oldest addresses and heirs, and keeps one that was answered again', () => {
    const book = createNameBook()
    for (const address of ['first', 'second']) book.answer('a.test', [address])
    book.inherit('first.test', { chain: [], ports: null })
    book.answer('a.test', ['first'])
    for (let n = 0; n < 49_999; n++) book.answer('a.test', [`address ${n}`])
    for (let n = 0; n < 50_000; n++) book.inherit(`heir ${n}`, { chain: [], ports: null })
    expect([book.wasAnswered('a.test', 'first'), book.wasAnswered('a.test', 'second')]).toEqual([true, false])
    expect(book.inherited('first.test')).toBeNull()
  })
})

describe('createSinkhole', () => {
  it('gives each name one address a family, and knows whose it is', () => {
    const sinkhole = createSinkhole()
    expect(sinkhole.addressFor('evil.test', 4)).toBe('198.18.0.1')
    expect(sinkhole.addressFor('evil.test', 6)).toBe('fd6d:6370:7275:6e00::1')
    expect(sinkhole.addressFor('other.test', 4)).toBe('198.18.0.2')
    expect(sinkhole.addressFor('evil.test', 4)).toBe('198.18.0.1')
    expect(sinkhole.nameOf('198.18.0.1')).toBe('evil.test')
    expect(sinkhole.nameOf('fd6d:6370:7275:6e00::2')).toBe('other.test')
  })

  it.each([
    '198.18.0.3',
    '198.19.0.1',
    '198.18.0.0',
    '203.0.113.1',
    'fd6d:6370:7275:6e00::ffff',
    '2001:db8::1',
    '',
  ])('knows no name for %s', (address) => {
    const sinkhole = createSinkhole()
    sinkhole.addressFor('evil.test', 4)
    sinkhole.addressFor('other.test', 4)
    expect(sinkhole.nameOf(address)).toBeNull()
  })

  it('takes the oldest name’s address when all are given, and never two names for one', () => {
    const sinkhole = createSinkhole()
    for (let n = 0; n < 65_535; n++) sinkhole.addressFor(`${n}.test`, 4)
    expect(sinkhole.addressFor('65534.test', 4)).toBe('198.18.255.255')
    expect(sinkhole.addressFor('new.test', 4)).toBe('198.18.0.1')
    expect(sinkhole.nameOf('198.18.0.1')).toBe('new.test')
    expect(sinkhole.addressFor('0.test', 4)).toBe('198.18.0.2')
    expect(sinkhole.nameOf('198.18.0.2')).toBe('0.test')
  })
})

describe('answeredNames', () => {
  it('finds the one name of a sinkhole address, and all of another', () => {
    const parts = { names: createNameBook(), sinkhole: createSinkhole() }
    const address = parts.sinkhole.addressFor('evil.test', 6)
    parts.names.answer('a.test', ['203.0.113.1'])
    parts.names.answer('b.test', ['203.0.113.1'])
    expect(answeredNames(parts, address)).toEqual([direct('evil.test')])
    expect(answeredNames(parts, '203.0.113.1').map(({ name }) => name)).toEqual(['a.test', 'b.test'])
    expect(answeredNames(parts, '203.0.113.9')).toEqual([])
  })
})
