/**
 * A request target's path as rules compare it, or null where servers read it in more than one way: dot segments,
 * empty segments, slashes and backslashes in disguise, controls. Percent signs are undone where nothing depends on
 * them (RFC 3986, 6.2.2.2).
 */
export function plainPath(target: string): string | null {
  const [path = ''] = target.split('?', 1)
  if (!path.startsWith('/') || UNSAFE.test(path)) return null
  const plain = path.replace(/%([0-9a-f]{2})/gi, (whole, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return UNRESERVED.test(character) ? character : whole.toUpperCase()
  })
  return plain.split('/').some((segment) => segment === '.' || segment === '..') ? null : plain
}

/** What some servers take for a separator, an end, or a parameter of the path. */
const UNSAFE = /\/\/|[\\#;\s\p{Cc}]|%(?:2f|5c|00|23|3b|25|3f)|%(?![0-9a-f]{2})/iu
const UNRESERVED = /[A-Za-z0-9._~-]/

/** `*` stands for one segment, a last `**` for any rest, none included. */
export function pathMatches(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  const open = wanted.at(-1) === '**'
  if (open) wanted.pop()
  if (open ? given.length < wanted.length : given.length !== wanted.length) return false
  return wanted.every((segment, index) => (segment === '*' ? given[index] !== '' : segment === given[index]))
}
