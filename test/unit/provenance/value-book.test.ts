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
})
