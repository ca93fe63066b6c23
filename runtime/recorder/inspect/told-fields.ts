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
  const told = new Map<string, { readonly names: Set<string>; more: boolean }>()
  let size = 0
  return {
    news: (request, port, { names: all, more }) => {
      if (all.size === 0 && !more) return null
      const place = `${request.method} ${request.host}:${port} ${request.path}`
      const before = told.get(place)
      const names = [...all].filter((name) => before?.names.has(name) !== true)
      const isMore = more && before?.more !== true
      if (names.length === 0 && !isMore) return null
      size += names.length + 1
      if (size > MAX_TOLD) {
        told.clear()
        size = 0
      }
      const known = told.get(place) ?? { names: new Set<string>(), more: false }
      told.set(place, known)
      for (const name of names) known.names.add(name)
      known.more ||= more
      return { request, names, more: isMore }
    },
  }
}
