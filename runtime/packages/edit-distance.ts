/**
 * Damerau's distance in its restricted form: insertions, deletions, substitutions and swaps of neighbours, each one
 * step. Stops counting above `limit`, and answers one more than that.
 */
export function editDistance(left: string, right: string, limit: number): number {
  if (Math.abs(left.length - right.length) > limit) return limit + 1
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
    if (Math.min(...next) > limit) return limit + 1
    before = row
    row = next
  }
  return Math.min(row[right.length] ?? 0, limit + 1)
}
