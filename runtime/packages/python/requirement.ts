import { McpRunError } from '../../model/errors.ts'
import { escapeText } from '../../model/text.ts'

/** A package of a Python index, as a person names it. */
export interface Requirement {
  /** As indexes compare names: lower case, one dash between words. */
  readonly name: string
  /** Sorted; what is optional in it and wanted. */
  readonly extras: readonly string[]
  /** `==1.2`, `>=1,<2`; empty: any. */
  readonly versions: string
}

/** What `uvx`, `uv tool run` or `pipx run` asks for. */
export interface PythonRequest {
  readonly package: Requirement
  /** Packages that are installed beside it. */
  readonly beside: readonly Requirement[]
  /** The command of the package that is meant; null: the one that is named like it, or its only one. */
  readonly bin: string | null
  /** `3.11`, `3`; null: the host's python3. */
  readonly python: string | null
}

const MAX_LENGTH = 256
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?/
const VERSIONS =
  /^(?:(?:===?|~=|!=|<=|>=|<|>)[A-Za-z0-9.*+!_-]+)(?:,(?:===?|~=|!=|<=|>=|<|>)[A-Za-z0-9.*+!_-]+)*$/

/** `name`, `name[extra]`, `name==1.2`, `name>=1,<2`, and uv's `name@1.2`, `name@latest`. Throws `usage`. */
export function parseRequirement(text: string): Requirement {
  const shown = escapeText(text, 200)
  if (/[/\\]|^\.|^[a-z][a-z+]*:|\.whl$|\.tar\.gz$/i.test(text)) {
    throw new McpRunError(
      'usage',
      `'${shown}' is not in an index: Python packages are installed by name and version, not from folders, archives, git or URLs`,
      { hint: 'a local checkout runs by its command: mcp-run --profile PROFILE -- python3 -m MODULE' },
    )
  }
  const name = text.length > MAX_LENGTH ? undefined : NAME.exec(text)?.[0]
  const [, inner, rest = ''] = /^(?:\[([^\]]*)\])?(.*)$/s.exec(text.slice(name?.length ?? 0)) ?? []
  const extras = (inner ?? '').split(',').map((extra) => extra.trim())
  const versions = rest
    .replace(/\s+/g, '')
    .replace(/^@(?=[0-9v])/, '==')
    .replace(/^@latest$/, '')
  const sound =
    name !== undefined &&
    (inner === undefined || extras.every((extra) => NAME.exec(extra)?.[0] === extra)) &&
    (versions === '' || VERSIONS.test(versions))
  if (!sound || name === undefined) {
    throw new McpRunError('usage', `'${shown}' is no Python package`, {
      hint: 'write NAME, NAME@VERSION, NAME==VERSION or NAME[EXTRA]>=VERSION',
    })
  }
  return {
    name: normalName(name),
    extras: inner === undefined ? [] : [...new Set(extras.map(normalName))].sort(),
    versions,
  }
}

/** As pip takes it. */
export function formatRequirement({ name, extras, versions }: Requirement): string {
  return `${name}${extras.length === 0 ? '' : `[${extras.join(',')}]`}${versions}`
}

/** PEP 503. */
export function normalName(name: string): string {
  return name.replace(/[-_.]+/g, '-').toLowerCase()
}

/** What pins of Python packages are known by, among those of npm. */
export const PYTHON_PREFIX = 'pypi:'

export function isPython(name: string): boolean {
  return name.startsWith(PYTHON_PREFIX)
}

/** `pypi:name==1.2`, and what goes beside it: what was asked for, as a pin holds it. */
export function requestText({ package: own, beside }: PythonRequest): string {
  return [`${PYTHON_PREFIX}${formatRequirement(own)}`, ...beside.map(formatRequirement).sort()].join(' ')
}
