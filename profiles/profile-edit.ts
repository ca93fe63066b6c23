import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import type { EgressRule } from '../runtime/model/profile.ts'
import { egressRules } from './egress-entry.ts'
import { entryBlock, entryInline } from './entry-text.ts'
import { placeOf } from './profile-source.ts'
import type { RawEntry } from './schema.ts'
import { defaultProtocol } from './wanted-destination.ts'
import { yamlLibrary } from './yaml-library.ts'
import { readYamlText } from './yaml-text.ts'

/**
 * A profile's text with one more destination, every other byte as it was; null where its layout leaves no safe
 * place. The new port joins the entry of its host where nothing else would differ. The caller parses the result
 * again: it counts only if it says what was meant.
 */
export function addDestination(text: string, rule: EgressRule): string | null {
  const { document } = readYamlText(text)
  const { isMap, isSeq } = yamlLibrary()
  const eol = text.includes('\r\n') ? '\r\n' : '\n'
  const root = document.contents
  if (!isMap<Node, Node | null>(root)) return null
  const egress = root.items.find((pair) => nameOf(pair) === 'egress')?.value
  if (egress === undefined) {
    const gap = text.endsWith('\n') ? '' : eol
    return root.flow === true ? null : `${text}${gap}${eol}egress:${eol}${entryBlock(rule, '  ', eol)}`
  }
  if (!isSeq<Node>(egress)) return null
  const edits = joinEntry(text, egress, rule, eol) ?? appendEntry(text, egress, rule, eol)
  return edits === null ? null : applyEdits(text, edits)
}

interface Edit {
  readonly at: number
  readonly remove: number
  readonly insert: string
}

function applyEdits(text: string, edits: readonly Edit[]): string {
  const backwards = [...edits].sort((a, b) => b.at - a.at)
  return backwards.reduce((done, { at, remove, insert }) => {
    return done.slice(0, at) + insert + done.slice(at + remove)
  }, text)
}

function appendEntry(text: string, egress: YAMLSeq<Node>, rule: EgressRule, eol: string): Edit[] | null {
  const [first] = egress.items
  const last = egress.items.at(-1)
  const range = egress.range
  if (first === undefined || last === undefined) {
    if (!range || egress.flow !== true) return null
    // `egress: []` gives way to a list on lines of its own; a comment behind it stays.
    const start = text.slice(0, range[0]).trimEnd().length
    const end = lineEnd(text, range[1])
    const block = (text[end - 1] === '\n' ? '' : eol) + entryBlock(rule, '  ', eol)
    return [
      { at: start, remove: range[1] - start, insert: '' },
      { at: end, remove: 0, insert: block },
    ]
  }
  if (egress.flow === true) return insertAfter(last, `, ${entryInline(rule)}`)
  const dash = text.slice(0, first.range?.[0] ?? 0).trimEnd()
  const indent = dash.slice(dash.lastIndexOf('\n') + 1, -1)
  if (!dash.endsWith('-') || indent.trim() !== '') return null
  return insertLine(text, last, entryBlock(rule, indent, eol), eol)
}

/** The port added to the entry that differs in nothing else; null where there is none. */
function joinEntry(text: string, egress: YAMLSeq<Node>, rule: EgressRule, eol: string): Edit[] | null {
  const { isMap } = yamlLibrary()
  const [port = 0] = rule.ports
  for (const entry of egress.items) {
    if (!isMap<Node, Node | null>(entry) || !sameButPort(entry, rule)) continue
    const field = (name: string): Pair<Node, Node | null> | undefined =>
      entry.items.find((pair) => nameOf(pair) === name)
    const given = field('ports') ?? field('port') ?? field('host-loopback')
    return given === undefined ? addPorts(text, entry, port, eol) : growPorts(text, given, port, eol)
  }
  return null
}

function sameButPort(entry: YAMLMap<Node, Node | null>, rule: EgressRule): boolean {
  const raw = entry.toJSON() as RawEntry
  const [found] = egressRules(raw, []).rules
  if (found === undefined || placeOf(found) !== placeOf(rule) || found.kind !== rule.kind) return false
  const protocol = raw.protocol ?? defaultProtocol(rule.kind, rule.ports[0] ?? 0)
  return protocol === rule.protocol && (rule.purpose === null || rule.purpose === found.purpose)
}

/** The entry names no port, which means 443. */
function addPorts(text: string, entry: YAMLMap<Node, Node | null>, port: number, eol: string): Edit[] | null {
  const [first] = entry.items
  const value = first?.value
  if (!first || !value) return null
  const ports = `ports: [443, ${port}]`
  if (entry.flow === true) return insertAfter(value, `, ${ports}`)
  const start = first.key.range?.[0] ?? 0
  const column = start - (text.lastIndexOf('\n', start - 1) + 1)
  return insertLine(text, value, `${' '.repeat(column)}${ports}${eol}`, eol)
}

function growPorts(text: string, pair: Pair<Node, Node | null>, port: number, eol: string): Edit[] | null {
  const { isScalar, isSeq } = yamlLibrary()
  const { key, value } = pair
  if (isScalar(value) && value.range && key.range) {
    const name = nameOf(pair) === 'port' ? 'ports' : nameOf(pair)
    const at = key.range[0]
    return [{ at, remove: value.range[1] - at, insert: `${name}: [${String(value.value)}, ${port}]` }]
  }
  const last = isSeq<Node>(value) ? value.items.at(-1) : undefined
  if (!isSeq<Node>(value) || !last?.range) return null
  if (value.flow === true) return insertAfter(last, `, ${port}`)
  const lead = text.slice(text.lastIndexOf('\n', last.range[0] - 1) + 1, last.range[0])
  return /^ *- +$/.test(lead) ? insertLine(text, last, `${lead}${port}${eol}`, eol) : null
}

function insertAfter(node: Node, insert: string): Edit[] | null {
  return node.range ? [{ at: node.range[1], remove: 0, insert }] : null
}

/** Whole lines below the last line of a node, behind what comment stands there. */
function insertLine(text: string, node: Node, lines: string, eol: string): Edit[] | null {
  if (!node.range) return null
  const at = lineEnd(text, text.slice(0, node.range[1]).trimEnd().length)
  return [{ at, remove: 0, insert: text[at - 1] === '\n' ? lines : eol + lines }]
}

/** Behind the line break that ends the line; the text's end where none does. */
function lineEnd(text: string, offset: number): number {
  const found = text.indexOf('\n', offset)
  return found < 0 ? text.length : found + 1
}

function nameOf(pair: Pair<Node, Node | null>): string {
  return yamlLibrary().isScalar(pair.key) ? String(pair.key.value) : ''
}
