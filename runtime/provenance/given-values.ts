import { randomBytes } from 'node:crypto'
import type { Candidate, GivenSource, Provenance } from '../model/payload.ts'
import { candidateKeys, returningKeys } from './candidate-keys.ts'
import { KeyMarks } from './key-marks.ts'
import { SaidWords } from './said-words.ts'
import type { Seen } from './seen-filter.ts'
import { hashSeed } from './text-hash.ts'
import { type TextKey, textKeys } from './text-keys.ts'
import { type Came, ValueBook } from './value-book.ts'
import { valueKey } from './value-key.ts'
import { longer, wasSaid } from './was-said.ts'

/** Two sources can fill theirs, the client and responses. */
const CAPACITY = 100_000
/** A longer text that the server said is not looked for as a whole. */
const MAX_VERBATIM = 1024

export interface GivenValues {
  /** Values in these texts are given by this source from now on. */
  give(source: GivenSource, texts: readonly string[]): void
  /** In order. What has no source, or only what the server said, is from here on no better for a response that has it. */
  weigh(candidates: readonly Candidate[]): readonly Provenance[]
  /** How many values were forgotten for lack of room since the last call. */
  forgotten(): number
}

export interface GivenValuesOptions {
  /** Values of one source; 100,000. */
  readonly capacity?: number
  /** Of the session alone, 32 bytes. */
  readonly key?: Buffer
  /** Milliseconds. */
  readonly clock?: () => number
}

type Giver = Exclude<GivenSource, 'server'>
const GIVERS = ['call-arguments', 'environment', 'profile', 'response'] as const

/**
 * What speaks for a value is kept exactly, and forgotten by age where it is too much. What tells against one is kept
 * in filters, which forget nothing: that the server said it before anyone gave it, and that the server sent it with
 * no better source. So no flood of the server's makes a value look better than it is.
 */
export function createGivenValues(options: GivenValuesOptions = {}): GivenValues {
  const { capacity = CAPACITY, key = randomBytes(32), clock = Date.now } = options
  const books: Readonly<Record<Giver, ValueBook>> = {
    'call-arguments': new ValueBook(capacity),
    environment: new ValueBook(capacity),
    profile: new ValueBook(capacity),
    response: new ValueBook(capacity),
  }
  const said = new SaidWords(hashSeed(key))
  const sent = new KeyMarks(hashSeed(key.subarray(8)))
  const unexplained = new KeyMarks(hashSeed(key.subarray(16)))
  const secret = key.toString('base64')
  const tick = () => Math.floor(clock() / 1000)

  const came = (giver: Giver, one: Pick<TextKey, 'kind' | 'value' | 'key'>, verbatim: Seen): Came | null => {
    if (GIVERS.some((other) => books[other].get(one.key) === 'plain')) return 'plain'
    const isSent = sent.has(one.key)
    if (giver === 'response' && isSent) return null
    const seen = longer(verbatim, wasSaid(said, one, tick()))
    // A response is read here and by the server at once: which of the two tells of it first is chance.
    if (giver === 'response') return seen === 'before' ? null : 'plain'
    return isSent || seen !== 'never' ? 'after' : 'plain'
  }
  const record = (giver: Giver, one: Pick<TextKey, 'kind' | 'value' | 'key'>, verbatim: Seen): boolean => {
    if (books[giver].touch(one.key) !== undefined) return true
    const how = came(giver, one, verbatim)
    if (how !== null) books[giver].add(one.key, how)
    return how !== null
  }
  const giveText = (giver: Giver, text: string): void => {
    const book = books[giver]
    if (book.hasAllOf(text)) return
    const { generation } = book
    let isAllGiven = true
    const give = (one: Pick<TextKey, 'kind' | 'value' | 'key'>): boolean => {
      const isGiven = record(giver, one, verbatim)
      isAllGiven &&= isGiven
      return isGiven
    }
    const verbatim = text.length <= MAX_VERBATIM ? said.said(text, tick()) : 'never'
    for (const one of textKeys(text, giver, secret)) {
      if (give(one) && one.host !== null)
        give({ kind: 'host', value: one.host, key: valueKey('host', one.host) })
    }
    if (isAllGiven) book.keepAllOf(text, generation)
  }

  const weigh = (candidate: Candidate): Provenance => {
    const keys = candidateKeys(candidate, secret)
    const plain = givers(keys, 'plain')
    if (plain.length > 0) {
      return { sources: plain, kind: plain.every((giver) => giver === 'response') ? 'response' : 'given' }
    }
    const repeated = givers(keys, 'after')
    const isSaid = wasSaid(said, candidate, tick()) !== 'never' && !unexplained.has(keys[0])
    for (const sentKey of returningKeys(candidate, secret)) sent.add(sentKey)
    if (repeated.length > 0) return { sources: [...repeated, 'server'], kind: 'given' }
    if (isSaid) return { sources: ['server'], kind: 'server' }
    unexplained.add(keys[0])
    return { sources: [], kind: 'none' }
  }
  const givers = (keys: readonly string[], how: Came): Giver[] => {
    return GIVERS.filter((giver) => keys.filter((one) => books[giver].touch(one) === how).length > 0)
  }

  return {
    give: (source, texts) => {
      for (const text of texts) {
        if (source === 'server') said.hear(text, tick())
        else giveText(source, text)
      }
    },
    weigh: (candidates) => candidates.map(weigh),
    forgotten: () => GIVERS.reduce((sum, giver) => sum + books[giver].takeForgotten(), 0),
  }
}
