import { spread } from './statistics.ts'

/** A measurement's values by who was measured, one a round. */
export class Rounds<Figure extends string> {
  readonly #values = new Map<string, number[]>()

  add(who: string, figure: Figure, value: number): void {
    const key = `${who} ${figure}`
    this.#values.set(key, [...(this.#values.get(key) ?? []), value])
  }

  of(who: string, figure: Figure): readonly number[] {
    return this.#values.get(`${who} ${figure}`) ?? []
  }

  spread(who: string, figure: Figure) {
    return spread(this.of(who, figure))
  }
}

/** The order of a round: each round begins with another, so that no one always follows the same one. */
export function turned<T>(list: readonly T[], round: number): readonly T[] {
  const at = list.length === 0 ? 0 : round % list.length
  return [...list.slice(at), ...list.slice(0, at)]
}
