/** Spans of a start, each from the one before; the first from this process's own start. */
export interface Timing {
  mark(span: string): void
  /** Lines for a person, in milliseconds. */
  lines(): readonly string[]
}

export function startTiming(): Timing {
  const spans: { readonly span: string; readonly at: number }[] = []
  return {
    // The first use of `performance` loads what a start has no other use for.
    mark: (span) => spans.push({ span, at: process.uptime() * 1000 }),
    lines: () =>
      spans.map(({ span, at }, index) => {
        const took = at - (spans[index - 1]?.at ?? 0)
        return `timing: ${span.padEnd(14)} ${took.toFixed(1).padStart(8)} ms  (at ${at.toFixed(1)})`
      }),
  }
}
