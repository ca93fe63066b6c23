import type { Document, Node, Pair } from 'yaml'
import type { Locate, Path, Problem } from './problem.ts'
import { shown } from './problem.ts'
import { yamlLibrary } from './yaml-library.ts'
import { syntaxProblem } from './yaml-syntax.ts'

/** A profile is a page of text; what is larger is something else. */
export const MAX_BYTES = 128 * 1024
/** Opening brackets: enough for a thousand entries, too few to nest the parser to death. */
const MAX_BRACKETS = 2_000

export interface YamlText {
  /** Plain values: mappings have no prototype, so that no key means anything but itself. */
  readonly value: unknown
  readonly problems: readonly Problem[]
  readonly locate: Locate
  readonly document: Document.Parsed
}

/** The text of one profile. With problems, `value` is not to be used. Never throws on what the text says. */
export function readYamlText(text: string): YamlText {
  const { LineCounter, parseDocument } = yamlLibrary()
  const lines = new LineCounter()
  const nested = countBrackets(text) > MAX_BRACKETS
  const options = {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: true,
    merge: false,
  }
  const document = parseDocument(nested ? '' : text, options)
  const offsets = new Map<Problem, number>()
  const note = (problem: Problem, offset: number): void => void offsets.set(problem, offset)
  if (nested) note({ path: [], message: 'too deeply nested', hint: 'a profile is a plain list of fields' }, 0)
  for (const error of [...document.errors, ...document.warnings].slice(0, 1)) {
    note(syntaxProblem(error.code, error.message, lineAt(text, error.pos[0])), error.pos[0])
  }
  const value = offsets.size > 0 ? null : plainValue(document.contents, [], note)
  return {
    ...{ value, document, problems: [...offsets.keys()] },
    locate: (problem) => {
      const { line, col } = lines.linePos(offsets.get(problem) ?? offsetOf(document.contents, problem))
      // An empty text has no first line.
      return line === 0 ? { line: 1, column: 1 } : { line, column: col }
    },
  }
}

type Note = (problem: Problem, offset: number) => void

function plainValue(node: Node | null, path: Path, note: Note): unknown {
  const { isAlias, isMap, isScalar, isSeq } = yamlLibrary()
  if (node === null) return null
  const offset = node.range?.[0] ?? 0
  if (isAlias(node)) {
    const hint = `put it in quotes: "*${shown(node.source)}"`
    note(
      { path, message: `\`*${shown(node.source)}\` refers to another value, which profiles may not`, hint },
      offset,
    )
    return null
  }
  if ('anchor' in node && node.anchor !== undefined) {
    const hint = 'write the value out where it is used'
    note(
      { path, message: `\`&${shown(String(node.anchor))}\` names a value, which profiles may not`, hint },
      offset,
    )
  }
  if (node.tag !== undefined) {
    note(
      { path, message: `the tag \`${shown(node.tag)}\` has no meaning here`, hint: 'leave it out' },
      offset,
    )
  }
  if (isScalar(node)) return node.value
  if (isSeq<Node>(node)) return node.items.map((item, index) => plainValue(item, [...path, index], note))
  return isMap<Node, Node | null>(node) ? plainMapping(node.items, path, note) : null
}

function plainMapping(items: readonly Pair<Node, Node | null>[], path: Path, note: Note): unknown {
  const mapping: Record<string, unknown> = Object.create(null)
  for (const pair of items) {
    const key = keyOf(pair)
    const at = [...path, key]
    if (key in mapping) {
      note({ path: at, message: 'appears twice', hint: 'keep one of the two' }, pair.key.range?.[0] ?? 0)
    }
    mapping[key] = plainValue(pair.value, at, note)
  }
  return mapping
}

function keyOf(pair: Pair<Node, Node | null>): string {
  return yamlLibrary().isScalar(pair.key) ? String(pair.key.value) : ''
}

/** The offset of the deepest part of the path that the document has. */
function offsetOf(root: Node | null, { path, atKey = false }: Problem): number {
  const { isMap, isSeq } = yamlLibrary()
  let node = root
  let offset = root?.range?.[0] ?? 0
  for (const [depth, part] of path.entries()) {
    if (isSeq<Node>(node) && typeof part === 'number') node = node.items[part] ?? null
    else if (isMap<Node, Node | null>(node)) {
      const pair = node.items.find((item) => keyOf(item) === part)
      if (pair === undefined) return offset
      const last = depth === path.length - 1
      offset = pair.key.range?.[0] ?? offset
      node = pair.value
      if (last && atKey) return offset
    } else return offset
    offset = node?.range?.[0] ?? offset
  }
  return offset
}

function lineAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  return text.slice(start, end < 0 ? undefined : end)
}

function countBrackets(text: string): number {
  return text.split(/[[{]/, MAX_BRACKETS + 2).length - 1
}
