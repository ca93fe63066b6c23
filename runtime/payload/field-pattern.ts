/** Where in a message a value stands, as patterns see it. */
export interface FieldPath {
  /** `/a/b`, `form:NAME`, `header:NAME`, …: `Candidate.field`. */
  readonly label: string
  /** In small letters; null where no pointer leads: in path, query, headers. */
  readonly segments: readonly string[] | null
}

/** How a sink's field names a place: as the value itself (an element of a list counts), or as something around it. */
export type FieldMatch = 'value' | 'around'

/**
 * Null where it does not. Pointers match JSON, and the names of forms and parts; `*` stands for one segment, `**` for
 * any number; without a slash before it `**` is anywhere at all. Letters' case does not count.
 */
export type FieldPattern = (path: FieldPath) => FieldMatch | null

export function fieldPattern(field: string): FieldPattern {
  if (field === '**') return () => 'value'
  const wanted = field.toLowerCase()
  if (!field.startsWith('/')) return ({ label }) => (label.toLowerCase() === wanted ? 'value' : null)
  const pattern = wanted.slice(1).split('/').map(plainSegment)
  return ({ segments }) => (segments === null ? null : matches(pattern, segments))
}

/** Of a JSON pointer (RFC 6901, 4). */
export function plainSegment(segment: string): string {
  return segment.includes('~') ? segment.replaceAll('~1', '/').replaceAll('~0', '~') : segment
}

/** Over the pattern's segments, which beginnings of the path they can account for. */
function matches(pattern: readonly string[], segments: readonly string[]): FieldMatch | null {
  let ends = new Set([0])
  for (const wanted of pattern) {
    const next = new Set<number>()
    for (const end of ends) {
      if (wanted === '**') for (let at = end; at <= segments.length; at++) next.add(at)
      else if (end < segments.length && (wanted === '*' || wanted === segments[end])) next.add(end + 1)
    }
    ends = next
  }
  if (ends.size === 0) return null
  const rest = segments.slice(Math.max(...ends))
  return rest.every((segment) => /^\d+$/.test(segment)) ? 'value' : 'around'
}
