import type { Field, InspectedFlow, RequestHead } from './inspection.ts'

/** A request's head as HTTP/2 has it. */
export interface Http2Head extends RequestHead {
  /** Of the body, as the head says; null where it does not. */
  readonly announced: number | null
  readonly expects: boolean
}

/** From the fields as they came, the pseudo-header fields (RFC 9113, 8.3) among them. `bare`: no body follows. */
export function readHttp2Head(
  fields: readonly Field[],
  { scheme, bare }: { readonly scheme: InspectedFlow['scheme']; readonly bare: boolean },
): Http2Head {
  const pseudo = new Map<string, string>()
  const hosts: string[] = []
  const headers: Field[] = []
  let announced: number | null = null
  let expects = false
  for (const field of fields) {
    const [name, value] = field
    if (name.startsWith(':')) {
      pseudo.set(name, value)
      continue
    }
    headers.push(field)
    if (name === 'host') hosts.push(value)
    else if (name === 'content-length') announced = Number(value)
    else if (name === 'expect') expects = value.toLowerCase() === '100-continue'
  }
  const authority = pseudo.get(':authority')
  // Said twice in the same words, it is said once.
  const named = authority === undefined ? hosts : [authority, ...hosts.filter((host) => host !== authority)]
  return {
    method: pseudo.get(':method') ?? '',
    target: pseudo.get(':path') ?? '',
    hosts: named,
    headers,
    malformed: pseudo.get(':scheme') !== scheme || named.length === 0,
    bodyBytes: bare ? 0 : announced,
    switches: pseudo.has(':protocol'),
    announced,
    expects,
  }
}

/** For Node, which keeps the order of names, and of the values of one. */
export function http2Headers(fields: readonly Field[]): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null)
  for (const [name, value] of fields) {
    const known = headers[name]
    if (known === undefined) headers[name] = value
    else if (typeof known === 'string') headers[name] = [known, value]
    else known.push(value)
  }
  return headers
}

/** Of fields that Node takes once alone, the first one: an answer that repeats them is an answer all the same. */
export function firstOfEach(fields: readonly Field[]): Field[] {
  const seen = new Set<string>()
  return fields.filter(([name]) => {
    if (name === 'set-cookie') return true
    const first = !seen.has(name)
    seen.add(name)
    return first
  })
}
