import type { HttpRequestRecord } from '../../model/flow.ts'
import type { RequestFields } from '../../model/traits.ts'
import type { FieldNames } from '../../payload/field-names.ts'

/** The names of fields that a session's requests had, so that each is told once for one place. */
export interface ToldFields {
  /** Null where there are none but such as were told. */
  news(
    request: HttpRequestRecord,
    port: number,
    fields: FieldNames,
  ): Omit<RequestFields, 'at' | 'action'> | null
}

/** Forgotten beyond: then some are told again, which changes nothing. */
const MAX_TOLD = 8192

export function toldFields(): ToldFields {
  const told = new Set<string>()
  return {
    news: (request, port, fields) => {
      const place = `${request.method} ${request.host}:${port} ${request.path}`
      const names = [...fields.names].filter((name) => !told.has(`${place}\n${name}`))
      const more = fields.more && !told.has(place)
      if (names.length === 0 && !more) return null
      if (told.size > MAX_TOLD) told.clear()
      for (const name of names) told.add(`${place}\n${name}`)
      if (more) told.add(place)
      return { request, names, more }
    },
  }
}
