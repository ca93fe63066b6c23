import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { escapeText } from '../model/text.ts'
import type { Pin } from './pin.ts'
import { publisherChange } from './publisher-change.ts'
import { treeDifference } from './tree-difference.ts'

const MAX_NAMED = 8

/** What a person is told when one pin takes the place of another: parts of a sentence. */
export function pinDifference(packages: string, before: Pin, after: Pin): readonly string[] {
  const change = publisherChange(before, after)
  const trees = treeDifference(treeText(packages, before), treeText(packages, after))
  const root = `${after.name} `
  const changed = trees.changed.filter((text) => !text.startsWith(root))
  const scripts = after.scripts.filter((id) => !before.scripts.includes(id))
  const publisher = [...change.serious, ...change.minor]
  return [
    `${before.version} -> ${after.version}`,
    ...(publisher.length > 0 ? publisher : ['publisher unchanged']),
    ...listed('new install scripts, not run', scripts),
    ...listed('dependencies added', trees.added),
    ...listed('removed', trees.removed),
    ...listed('changed', changed),
  ]
}

function listed(what: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return []
  const more = items.length > MAX_NAMED ? ` and ${items.length - MAX_NAMED} more` : ''
  return [`${what}: ${escapeText(items.slice(0, MAX_NAMED).join(', '), 600)}${more}`]
}

function treeText(packages: string, { tree }: Pin): string {
  try {
    return readFileSync(join(packages, tree, 'tree.txt'), 'utf8')
  } catch {
    return ''
  }
}
