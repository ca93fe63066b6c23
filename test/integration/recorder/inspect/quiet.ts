/** Resolves when a count has stayed what it is for many turns of the event loop. */
export async function quiet(count: () => number): Promise<void> {
  for (let last = -1, same = 0; same < 200; ) {
    await new Promise((resolve) => setImmediate(resolve))
    same = count() === last ? same + 1 : 0
    last = count()
  }
}
