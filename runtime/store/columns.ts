/** The one place where the store's snake_case columns and the code's camelCase fields meet. */

export function columnOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** `f.started_at AS "startedAt", …`: rows come out of SQLite with the fields' own names. */
export function selectList(fields: readonly string[], table: string): string {
  return fields.map((field) => `${table}.${columnOf(field)} AS "${field}"`).join(', ')
}

export function columnList(fields: readonly string[]): string {
  return fields.map(columnOf).join(', ')
}

/** An INSERT with one positional parameter a field, in the order given. */
export function insertSql(table: string, fields: readonly string[]): string {
  return `INSERT INTO ${table} (${columnList(fields)}) VALUES (${fields.map(() => '?').join(', ')})`
}
