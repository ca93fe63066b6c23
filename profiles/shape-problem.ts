import type * as z from 'zod/mini'
import { nearWord } from './near-word.ts'
import { type Path, type Problem, shown } from './problem.ts'
import type { ProfileSchema } from './schema.ts'

type Issue = NonNullable<ReturnType<ProfileSchema['safeParse']>['error']>['issues'][number]

/** What the schema found, in the words of somebody who writes a profile. */
export function shapeProblems(issue: Issue, value: unknown): Problem[] {
  const path = issue.path.filter((part) => typeof part !== 'symbol')
  const given = valueAt(value, path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownField([...path, key], path))
  }
  if (issue.code === 'invalid_union') {
    const parts = issue.errors.find((branch) => branch.some((inner) => inner.path.length > 0))
    if (parts === undefined)
      return [wrongType(path, given, UNION_OF[String(path.at(-1))] ?? 'something else')]
    return parts.flatMap((inner) =>
      shapeProblems({ ...inner, path: [...path, ...inner.path] } as Issue, value),
    )
  }
  if (issue.code === 'invalid_type') {
    if (given === undefined) return [{ path, message: 'is missing', hint: `add \`${path.at(-1)}:\`` }]
    return [wrongType(path, given, TYPES[issue.expected] ?? issue.expected)]
  }
  if (issue.code === 'invalid_key') return [{ ...badEnvName(path), atKey: true }]
  if (issue.code === 'invalid_value') return [notOneOf(path, given, issue.values.map(String))]
  if (issue.code === 'too_small' || issue.code === 'too_big') return [outOfBounds(path, given, issue)]
  return [badForm(path, given)]
}

const TYPES: Record<string, string> = {
  string: 'text',
  array: 'a list',
  object: 'a mapping of fields',
  record: 'a mapping of names to text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

const UNION_OF: Record<string, string> = {
  package: 'text such as `name@1.2.3`, or a mapping with `npm` and `version`',
  image: 'a reference such as `owner/server:1.2.3`, or a mapping with `name`',
  inspect: 'true, false or required',
  method: 'a method or a list of methods',
  memory: 'a size such as `512M`',
  'host-loopback': 'a port or a list of ports',
}

/** The fields of each mapping, by the last name of its path. */
export const FIELDS: Record<string, readonly string[]> = {
  '': (
    'extends name title publisher note package image install-scripts min-age command args path-arguments env egress ' +
    'inspect sinks known-values alert-background callback-ports files limits mode recorded'
  ).split(' '),
  egress:
    'host cidr ip host-loopback resolves ports port transport protocol purpose inspect requests reads'.split(
      ' ',
    ),
  sinks: 'host method path field values allow onUnexplained'.split(' '),
  package: ['npm', 'version', 'bin', 'publishers'],
  image: ['name', 'entrypoint', 'user'],
  env: ['pass', 'set'],
  files: ['read', 'write'],
  limits: ['memory', 'cpus', 'pids', 'required'],
  recorded: ['date', 'version', 'backend', 'hosts', 'env', 'args', 'call'],
  call: ['tool', 'arguments'],
}

function unknownField(path: Path, parent: Path): Problem {
  const fields = FIELDS[String(parent.filter((part) => typeof part === 'string').at(-1) ?? '')] ?? []
  const field = String(path.at(-1))
  const near = nearWord(field, fields)
  const hint = near === null ? `the fields here are ${fields.join(', ')}` : `did you mean \`${near}\`?`
  return { path, atKey: true, message: 'no such field', hint }
}

function wrongType(path: Path, given: unknown, expected: string): Problem {
  if (path.length === 0) {
    const hint = 'begin with `name:` and `egress:`; docs/profiles.md has an example'
    return { path, message: `the file holds ${kindOf(given)}, not a mapping of fields`, hint }
  }
  if (given === null) {
    const nothing = path.at(-1) === 'egress'
    const hint = nothing
      ? 'write `egress: []` if the server is to reach nothing'
      : 'give it a value, or remove it'
    return { path, message: 'is empty', hint }
  }
  return { path, message: `must be ${expected}, not ${kindOf(given)}`, hint: typeHint(path, given, expected) }
}

function typeHint(path: Path, given: unknown, expected: string): string {
  const field = String(path.at(-1) ?? '')
  const text = typeof given === 'string'
  if (expected === 'text' && (typeof given === 'number' || typeof given === 'boolean'))
    return 'put it in quotes'
  if (path[0] === 'egress' && path.length === 2 && text) return `\`- host: ${shown(given)}\``
  if (field === 'ports') return '`ports: [443, 8443]`, one by one: ranges are not known'
  if (expected === 'a list' && text)
    return `\`${shown(field)}: ${shown(JSON.stringify(given.split(/\s+/)))}\``
  if (/number|port/.test(expected) && text) return 'a number stands without quotes'
  return 'docs/profiles.md describes the field'
}

function notOneOf(path: Path, given: unknown, values: readonly string[]): Problem {
  if (path.at(-1) === 'transport') {
    const hint = 'leave the line out: clients of QUIC fall back to TCP'
    return { path, message: `\`${shown(String(given))}\` is never let through, only tcp is`, hint }
  }
  const near = nearWord(String(given), values)
  const hint = near === null ? `one of ${values.join(', ')}` : `did you mean \`${near}\`?`
  return { path, message: `must be one of ${values.join(', ')}, not ${described(given)}`, hint }
}

type Bound = z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig

function outOfBounds(path: Path, given: unknown, issue: Bound): Problem {
  if (path[0] === 'callback-ports' && issue.origin === 'number') {
    const hint = 'ports go from 1024 to 65535 here: nobody needs rights for them'
    return { path, message: `${described(given)} is no port for callbacks`, hint }
  }
  const isPort = path.some((part) => part === 'port' || part === 'ports' || part === 'host-loopback')
  if (isPort && issue.origin === 'number') {
    return { path, message: `${described(given)} is no port`, hint: 'ports go from 1 to 65535' }
  }
  if (issue.origin === 'array' && issue.code === 'too_small') {
    const hint = isPort ? 'leave the line out for port 443' : 'give it an item, or remove it'
    return { path, message: 'is empty', hint }
  }
  const [word, limit] = issue.code === 'too_small' ? ['least', issue.minimum] : ['most', issue.maximum]
  const unit = { string: ' characters', array: ' items' }[String(issue.origin)] ?? ''
  return { path, message: `must be at ${word} ${limit}${unit}`, hint: 'docs/profiles.md describes the field' }
}

function badForm(path: Path, given: unknown): Problem {
  const field = path.at(-1)
  if (path.includes('env')) return badEnvName(path, given)
  if (field === 'name' || field === 'extends') {
    const hint = 'small letters, digits, dots, hyphens and underscores: `my-server`'
    return { path, message: `${described(given)} is no name for a profile`, hint }
  }
  if (path[0] === 'sinks')
    return { path, message: `${described(given)} is no method`, hint: '`POST`, `[POST, PUT]`' }
  if (field === 'date') {
    const hint = 'the day of the run: `2026-01-31`'
    return { path, message: `${described(given)} is no day`, hint }
  }
  if (field === 'npm')
    return { path, message: `${described(given)} is no npm package`, hint: '`name` or `@scope/name`' }
  const hint = 'a version, a range or a tag: `1.2.3`, `^1.2.0`, `latest`'
  return { path, message: `${described(given)} is no version`, hint }
}

function badEnvName(path: Path, given: unknown = path.at(-1)): Problem {
  const hint = 'letters, digits and underscores: `API_KEY`; values belong under `set`'
  return { path, message: `${described(given)} is no variable's name`, hint }
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'a mapping' : described(value)
}

function described(value: unknown): string {
  return typeof value === 'string' ? `\`${shown(value)}\`` : shown(String(value))
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((found, part) => {
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[part] : undefined
  }, value)
}
