import { type Locate, type Problem, profileInvalid } from './problem.ts'
import { type ProfileSource, profileSource } from './profile-source.ts'
import { profileSchema } from './schema.ts'
import { shapeProblems } from './shape-problem.ts'
import { readYamlText } from './yaml-text.ts'

export interface ParsedProfile {
  readonly source: ProfileSource
  /** For problems that only show later, such as a base that is not there. */
  readonly locate: Locate
}

/** Throws `profile-invalid` with every problem of the file, as far as one does not hide the next. */
export function parseProfile(text: string, file: string): ParsedProfile {
  const { value, problems, locate } = readYamlText(text)
  const fail = (found: readonly Problem[]): void => {
    if (found.length > 0) throw profileInvalid(file, found, locate)
  }
  fail(problems)
  if (value === null) fail([EMPTY])
  const shape = profileSchema().safeParse(value)
  if (!shape.success) {
    fail(shape.error.issues.flatMap((issue) => shapeProblems(issue, value)))
    throw shape.error
  }
  const { source, problems: meaning } = profileSource(shape.data)
  fail(meaning)
  return { source, locate }
}

const EMPTY: Problem = {
  path: [],
  message: 'the file is empty',
  hint: 'a profile that declares nothing still says so: `name: my-server` and `egress: []`',
}
