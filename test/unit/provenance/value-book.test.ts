import { describe, expect, it } from 'vitest'
import { ValueBook } from '../../../runtime/provenance/value-book.ts'

describe('ValueBook', () => {
  it('forgets the older half of what was not seen again', () => {
    const book = new ValueBook(4)
    for (const key of ['a', 'b', 'c']) book.add(key, 'plain')
    expect([book.touch('a'), book.takeForgotten()]).toEqual(['plain', 1])
    expect(['a', 'b', 'c'].map((key) => book.get(key))).toEqual(['plain', undefined, 'plain'])
    expect(book.takeForgotten()).toBe(0)
    book.add('d', 'after')
    expect([book.get('d'), book.touch('x')]).toEqual(['after', undefined])
  })

  it('knows a text whose values are all here, until a generation ends', () => {
    const book = new ValueBook(4)
    const { generation } = book
    book.add('a', 'plain')
    book.keepAllOf('text of a', generation)
    expect([book.hasAllOf('text of a'), book.hasAllOf('another')]).toEqual([true, false])
    book.add('b', 'plain')
    // It was begun in the generation before, and what it gave is old by now.
    book.keepAllOf('text of a', generation)
    expect(book.hasAllOf('text of a')).toBe(false)
  })

  it('keeps no long texts, and a bounded number of short ones', () => {
    const book = new ValueBook(1000)
    const long = 'x'.repeat(300)
    book.keepAllOf(long, book.generation)
    for (let at = 0; at < 5000; at++) book.keepAllOf(`${at}`, book.generation)
    expect([long, '0', '4095', '4096'].map((text) => book.hasAllOf(text))).toEqual([false, true, true, false])
  })
})
