/** The known word that somebody most likely meant; null where none is close. */
export function nearWord(word: string, known: readonly string[]): string | null {
  const ranked = known
    .map((candidate) => ({
      candidate,
      distance: editDistance(word.slice(0, MAX_LENGTH).toLowerCase(), candidate),
    }))
    .sort((a, b) => a.distance - b.distance)
  const [best] = ranked
  return best !== undefined && best.distance <= Math.max(1, Math.floor(word.length / 3))
    ? best.candidate
    : null
}

const MAX_LENGTH = 64

/** Insertions, deletions, substitutions and swaps of neighbours, each one step. */
function editDistance(left: string, right: string): number {
  let before: number[] = []
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 0; i < left.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < right.length; j++) {
      const change = (row[j] ?? 0) + (left[i] === right[j] ? 0 : 1)
      const swapped = i > 0 && j > 0 && left[i] === right[j - 1] && left[i - 1] === right[j]
      const swap = swapped ? (before[j - 1] ?? 0) + 1 : change
      next.push(Math.min(change, swap, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row[right.length] ?? 0
}
