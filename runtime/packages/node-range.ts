/** Major, minor, patch. */
type Version = readonly [number, number, number]

/**
 * Whether a node version satisfies an `engines.node` range as npm reads it: `||` between alternatives, blanks
 * between conditions; `>=18`, `^20.19`, `~18.1`, `18.x`, `16 - 20`, `*`. Prereleases are not told apart.
 * A range that cannot be read counts as satisfied: it is advice, and npm only warns of it too.
 */
export function acceptsNode(range: string, version: string): boolean {
  const running = parse(version)
  if (running === null || range.length > 256) return true
  const alternatives = range.split('||').map((part) => satisfies(part.trim(), running.version))
  return alternatives.some((answer) => answer !== false)
}

/** null: not readable. */
function satisfies(conditions: string, running: Version): boolean | null {
  const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(conditions)
  const text = hyphen === null ? conditions : `>=${hyphen[1]} <=${hyphen[2]}`
  const words = text.replace(/([<>=^~]+)\s+/g, '$1').split(/\s+/)
  let all = true
  for (const word of words) {
    if (word === '') continue
    const answer = holds(word, running)
    if (answer === null) return null
    all &&= answer
  }
  return all
}

function holds(word: string, running: Version): boolean | null {
  const parts = /^(>=|<=|>|<|=|\^|~>?|)v?(.*)$/.exec(word)
  const bound = parse(parts?.[2] ?? '')
  if (parts === null || bound === null) return null
  const { version, given } = bound
  // What is left out stands for anything: `18` is everything from 18.0.0 up to, not including, 19.0.0.
  if (given === 0) return parts[1] !== '<' && parts[1] !== '>'
  const after = next(version, given)
  const least = compare(running, version) >= 0
  switch (parts[1]) {
    case '>=':
      return least
    case '>':
      return given === 3 ? compare(running, version) > 0 : compare(running, after) >= 0
    case '<':
      return !least
    case '<=':
      return compare(running, after) < 0
    case '^':
      return least && compare(running, next(version, caretDepth(version, given))) < 0
    case '~':
    case '~>':
      return least && compare(running, next(version, Math.min(given, 2))) < 0
    default:
      return least && compare(running, after) < 0
  }
}

/** A caret keeps the leftmost part that is not zero. */
function caretDepth(version: Version, given: number): number {
  const significant = version.findIndex((part) => part > 0)
  return significant < 0 ? given : Math.min(significant + 1, given)
}

/** The first version above all that begin with the `depth` leading parts of this one. */
function next(version: Version, depth: number): Version {
  const [major, minor, patch] = version
  if (depth <= 1) return [major + 1, 0, 0]
  return depth === 2 ? [major, minor + 1, 0] : [major, minor, patch + 1]
}

function compare(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

/** `given`: how many leading parts are numbers, 0 for `*`. */
function parse(text: string): { version: Version; given: number } | null {
  const match = /^v?(\d+|[xX*])?(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:[-+].*)?$/.exec(text)
  if (match === null) return null
  const numbers: number[] = []
  for (const part of match.slice(1)) {
    if (part === undefined || !/^\d+$/.test(part)) break
    numbers.push(Number(part))
  }
  return { version: [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0], given: numbers.length }
}
