import { nameShape, ODD } from '../model/name-shape.ts'

/** Segments of a path that are told apart. */
const MAX_SEGMENTS = 16
const MAX_PARAMETERS = 64

/** A request's method and path, without what varies. `path`: as rows have it, names of parameters and no values. */
export function pathSegments(method: string, path: string): readonly string[] {
  const verb = /^[A-Z]{1,16}$/.test(method) ? method : ODD
  const [plain = ''] = path.split('?', 1)
  if (!plain.startsWith('/')) return [verb, ODD]
  const segments = plain.slice(1).split('/')
  const rest = segments.length > MAX_SEGMENTS ? ['…'] : []
  return [verb, ...segments.slice(0, MAX_SEGMENTS).map(segmentShape), ...rest]
}

/** `POST /v1/items/{n}` */
export function pathName([verb = '', ...segments]: readonly string[]): string {
  return `${verb} /${segments.join('/')}`
}

/** The reverse, of a name that was kept. */
export function pathOfName(name: string): readonly string[] {
  const space = name.indexOf(' /')
  return space < 0 ? [name] : [name.slice(0, space), ...name.slice(space + 2).split('/')]
}

/** `query:NAME` of each parameter of the path as rows have it. */
export function queryNames(path: string): readonly string[] {
  const mark = path.indexOf('?')
  if (mark < 0) return []
  const names = path
    .slice(mark + 1)
    .split('&')
    .slice(0, MAX_PARAMETERS)
    .map((parameter) => nameShape(decoded(parameter.split('=', 1)[0] ?? '').replace(/\[\d*\]$/, '')))
  return [...new Set(names)].map((name) => `query:${name}`)
}

/** `/a/b` begins with a slash, `form:a/b` with its kind. */
export function fieldSegments(name: string): readonly string[] {
  if (name.startsWith('/')) return ['', ...name.slice(1).split('/')]
  const colon = name.indexOf(':')
  return [name.slice(0, colon), ...name.slice(colon + 1).split('/')]
}

export function fieldName([kind = '', ...segments]: readonly string[]): string {
  return kind === '' ? `/${segments.join('/')}` : `${kind}:${segments.join('/')}`
}

function segmentShape(segment: string): string {
  if (segment === '') return ''
  const [bare = ''] = segment.split(';', 1)
  const text = decoded(bare)
  // `data.json`, `@scope`, `items:search`: several names in one.
  const parts = text.split(/([.:~])/)
  if (parts.length > 7 || text.includes('/')) return ODD
  if (parts.length === 1) return nameShape(text)
  if (/^v\d+(?:\.\d+)*$/.test(text)) return text
  const shapes = parts.map((part) => (/^[.:~]?$/.test(part) ? part : nameShape(part)))
  return shapes.includes(ODD) ? ODD : shapes.join('')
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return ODD
  }
}
