/** The same value with the members of objects in the order of their names, at every depth: of equal values JSON is equal. */
export function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(members.map(([name, member]) => [name, canonical(member)]))
}

/**
 * The same as text, of an object whose members are such texts already: what `JSON.stringify` gives of `canonical`, byte
 * for byte. Pieces are joined by `+` alone, which copies nothing: what is nested would be copied once a level otherwise.
 */
export function canonicalText(members: ReadonlyMap<string, string>): string {
  const indexes: number[] = []
  const names: string[] = []
  for (const name of members.keys()) {
    if (isIndex(name)) indexes.push(Number(name))
    else names.push(name)
  }
  let text = ''
  const add = (name: string) => {
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${members.get(name)}`
  }
  // JavaScript has such names first, by their number.
  for (const index of Float64Array.from(indexes).sort()) add(String(index))
  for (const name of names.sort()) add(name)
  return `{${text}}`
}

const MAX_INDEX = 4_294_967_294

function isIndex(name: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(name) && Number(name) <= MAX_INDEX
}
