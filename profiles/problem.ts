import { McpRunError } from '../runtime/model/errors.ts'
import { escapeText } from '../runtime/model/text.ts'

export type Path = readonly (string | number)[]

/** One thing that is wrong with a profile. */
export interface Problem {
  /** `[]` for the file as a whole. */
  readonly path: Path
  /** It is about the field's name, not its value. */
  readonly atKey?: boolean
  /** What is wrong, after `egress[0].host: `. Text from the file is escaped. */
  readonly message: string
  /** The edit that helps, after `try: `. */
  readonly hint: string
}

/** Where a problem is in the file's text. */
export type Locate = (problem: Problem) => Position

/** Both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

const SHOWN = 8

/** One line a problem, in the file's order; the hint is the first one's. */
export function profileInvalid(file: string, problems: readonly Problem[], locate: Locate): McpRunError {
  const placed = problems
    .map((problem) => ({ problem, position: locate(problem) }))
    .sort((a, b) => rank(a.position) - rank(b.position))
  const lines = placed.slice(0, SHOWN).map(({ problem, position }) => {
    const place = `${position.line}:${position.column}`
    const path = problem.path.length === 0 ? '' : ` ${pathText(problem.path)}:`
    return `${escapeText(file)}:${place}:${path} ${problem.message}`
  })
  if (placed.length > SHOWN) lines.push(`and ${placed.length - SHOWN} more`)
  const hint = placed[0]?.problem.hint
  return new McpRunError('profile-invalid', lines.join('\n'), hint === undefined ? {} : { hint })
}

/** `egress[0].ports[1]`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return `${text}${text === '' ? '' : '.'}${shown(part)}`
  }, '')
}

/** Text from a profile, made safe and short. */
export function shown(text: string): string {
  return escapeText(text, 80)
}

function rank({ line, column }: Position): number {
  return line * 1e6 + column
}
