import { editDistance } from './edit-distance.ts'
import { unscopedName } from './package-spec.ts'

/** A widely used package that a name could be taken for. */
export interface Resemblance {
  readonly genuine: string
  readonly how: 'letters' | 'scope' | 'words' | 'spelling'
}

/** For a sentence: `NAME is not GENUINE: …`. */
export const HOW: Readonly<Record<Resemblance['how'], string>> = {
  letters: 'it is written with letters that look like its',
  scope: 'the same name, published by somebody else',
  words: 'the same words, in another order or form',
  spelling: 'it differs by a letter or two',
}

/** null where the name is one of the genuine ones, or like none of them. A vendor's own scope is the vendor's. */
export function resemblance(name: string, genuine: readonly string[]): Resemblance | null {
  if (genuine.includes(name)) return null
  const scopes = new Set(genuine.flatMap((other) => scopeOf(other) ?? []))
  const scope = scopeOf(name)
  if (scope !== null && scopes.has(scope)) return null
  const looked = look(name)
  for (const how of ['letters', 'words', 'spelling'] as const) {
    const other = genuine.find((one) => ALIKE[how](looked, look(one)))
    if (other === undefined) continue
    return { genuine: other, how: how === 'words' && scopeOf(other) !== scope ? 'scope' : how }
  }
  const near = scope === null ? undefined : genuine.find((one) => isNear(scope, scopeOf(one) ?? ''))
  return near === undefined ? null : { genuine: near, how: 'spelling' }
}

interface Look {
  /** Without scope and separators. */
  readonly whole: string
  /** What is left without the words that most servers' names hold, in their order. */
  readonly core: string
  readonly sorted: string
}

const ALIKE = {
  letters: (a: Look, b: Look) =>
    skeleton(a.whole) === skeleton(b.whole)
      ? a.whole !== b.whole
      : a.core !== b.core && a.core.length >= MIN_CORE && skeleton(a.core) === skeleton(b.core),
  words: (a: Look, b: Look) => a.sorted.length >= MIN_CORE && a.sorted === b.sorted,
  spelling: (a: Look, b: Look) => isNear(a.core, b.core) || isNear(a.whole, b.whole, b.core.length),
} as const

const MIN_CORE = 3
const COMMON = new Set('mcp server servers model context protocol modelcontextprotocol official'.split(' '))

function look(name: string): Look {
  const plain = unscopedName(name).toLowerCase()
  const words = wordsOf(plain)
  // `@vendor/mcp`: the vendor is what tells it apart.
  const telling = words.length > 0 ? words : wordsOf(scopeOf(name) ?? '')
  return {
    whole: plain.replace(/[._-]/g, ''),
    core: telling.join(''),
    sorted: [...telling].sort().join('-'),
  }
}

function wordsOf(text: string): string[] {
  return text
    .split(/[._-]+/)
    .filter((word) => word !== '' && !COMMON.has(word))
    .map((word) => /^(?:mcp)?(.{3,}?)(?:mcp|server)*$/.exec(word)?.[1] ?? word)
}

function scopeOf(name: string): string | null {
  return name.startsWith('@') ? name.slice(1, name.indexOf('/')).toLowerCase() : null
}

/**
 * Longer words may differ by more, and short ones by nothing: too many of them are neighbours. `telling`: how many of
 * the letters are not in every server's name.
 */
function isNear(word: string, other: string, telling = other.length): boolean {
  const limit = other.length < 6 ? 0 : telling < 8 ? 1 : 2
  if (limit === 0) return false
  const distance = editDistance(word, other, limit)
  return distance > 0 && distance <= limit
}

/** What is left of a name for an eye that reads quickly. */
function skeleton(text: string): string {
  return text
    .replace(/rn/g, 'm')
    .replace(/vv/g, 'w')
    .replace(/[013457i]/g, (character) => LOOKS_LIKE[character] ?? character)
}

const LOOKS_LIKE: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  i: 'l',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
}
