import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { aheadFile } from './ahead.ts'
import { type KeptPin, listPins } from './pin-index.ts'
import { lockFile } from './publish.ts'
import { forgetArchives } from './roots.ts'
import { removeTree } from './tree-files.ts'
import { forgetRecord } from './tree-record.ts'

/** Forgets pins, and removes the copies that no other pin names. Resolves with how many those were. */
export async function forgetPins(packages: string, pins: readonly KeptPin[]): Promise<number> {
  for (const { file } of pins) {
    rmSync(file, { force: true })
    rmSync(aheadFile(file), { force: true })
  }
  const needed = new Set(listPins(packages).map(({ pin }) => pin.tree))
  const trees = [...new Set(pins.map(({ pin }) => pin.tree))].filter((tree) => !needed.has(tree))
  for (const tree of trees) {
    await removeTree(join(packages, tree))
    forgetRecord(packages, tree)
    rmSync(lockFile(packages, tree), { force: true })
    forgetArchives(packages, tree)
  }
  return trees.length
}
