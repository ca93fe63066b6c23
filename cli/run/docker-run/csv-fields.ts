/** The fields of one line of comma-separated values (RFC 4180); null where its quotes do not pair. */
export function csvFields(line: string): readonly string[] | null {
  const fields: string[] = []
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y
  do {
    const match = field.exec(line)
    if (match === null) return null
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '') return fields
  } while (field.lastIndex <= line.length)
  return fields
}
