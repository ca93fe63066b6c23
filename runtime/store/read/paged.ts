/** Rows a page: few enough to be quick, so that a paused reader holds no lock and no snapshot of the file. */
export const PAGE = 1_000

/** Goes through numbered rows page by page; `read` gives the next rows after a number, in order. */
export function* paged<Row extends { readonly n: number }>(
  read: (after: number) => readonly Row[],
  start: number,
): Generator<Row> {
  for (let after = start; ; ) {
    const page = read(after)
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    after = last.n
  }
}
