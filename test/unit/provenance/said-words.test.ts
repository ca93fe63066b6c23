import { describe, expect, it } from 'vitest'
import { SaidWords } from '../../../runtime/provenance/said-words.ts'
import { SeenFilter } from '../../../runtime/provenance/seen-filter.ts'

describe('SaidWords', () => {
  const heard = (...texts: string[]) => {
    const said = new SaidWords({ high: 1, low: 2 })
    for (const text of texts) said.hear(text, 100)
    return said
  }

  it.each<[name: string, text: string, value: string, expected: 'never' | 'before']>([
    ['nothing', '', 'a.test', 'never'],
    ['no value', 'a', '', 'never'],
    ['the same', 'a.test', 'a.test', 'before'],
    ['part of more', 'x.a.test.y', 'a.test', 'before'],
    ['words apart', 'a test', 'a.test', 'never'],
    ['words in another order', 'test.a', 'a.test', 'never'],
    ['four words, overlapping', 'a.b.c b.c.d', 'a.b.c.d', 'before'],
    ['signs of another kind', 'a/test', 'a.test', 'before'],
    ['too many signs', 'a----test', 'a.test', 'never'],
    ['part of a word', 'atest.b', 'test.b', 'never'],
  ])('%s', (_name, text, value, expected) => {
    expect(heard(text).said(value, 200)).toBe(expected)
  })

  it('tells what was said just now', () => {
    const said = heard('a.test')
    said.hear('b.test', 200)
    expect(['a.test', 'b.test', 'a.test b.test'].map((value) => said.said(value, 201))).toEqual([
      'before',
      'just',
      'just',
    ])
    expect(said.said('b.test', 202)).toBe('before')
    said.hear('b.test', 300)
    expect(said.said('b.test', 300)).toBe('before')
  })

  it('takes few words for said that were not, after a megabyte', () => {
    const name = (at: number) => `user${at}@host${at}.test`
    const said = heard(Array.from({ length: 45_000 }, (_, at) => name(at)).join(' '))
    const others = Array.from({ length: 10_000 }, (_, at) => said.said(`user${at}x@host${at}x.test`, 200))
    const words = Array.from({ length: 10_000 }, (_, at) => said.said(`other${at}`, 200))
    expect(others.filter((seen) => seen !== 'never').length).toBe(0)
    expect(words.filter((seen) => seen !== 'never').length).toBeLessThan(10)
    expect(
      Array.from({ length: 45_000 }, (_, at) => said.said(name(at), 200)).every((seen) => seen === 'before'),
    ).toBe(true)
  })
})

describe('SeenFilter', () => {
  it('goes round after 254 ticks, and never forgets', () => {
    const filter = new SeenFilter(14)
    filter.add(5, 6, 1_700_000_000)
    const seen = [0, 1, 2, 253, 254, 255, 256].map((ticks) => filter.seen(5, 6, 1_700_000_000 + ticks))
    expect(seen).toEqual(['just', 'just', 'before', 'before', 'just', 'just', 'before'])
    expect(filter.seen(6, 5, 1_700_000_000)).toBe('never')
  })
})
