export interface Bounds {
  /** Texts that are remembered; when there are as many, all are forgotten. */
  readonly most: number
  /** Characters; a longer text is looked at each time. */
  readonly longest: number
}

/** The same function of a text and nothing else, which remembers what it said of short ones: most of them come again. */
export function remembered<Result>(
  of: (text: string) => Result,
  { most, longest }: Bounds,
): (text: string) => Result {
  const known = new Map<string, Result>()
  return (text) => {
    if (text.length > longest) return of(text)
    const before = known.get(text)
    if (before !== undefined) return before
    const result = of(text)
    if (known.size >= most) known.clear()
    known.set(text, result)
    return result
  }
}
