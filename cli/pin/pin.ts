import { join } from 'node:path'
import { escapeText } from '../../runtime/model/text.ts'
import { bareName, shownAddress } from '../../runtime/packages/origin.ts'
import { BETWEEN, formatPackageSpec, readPackageSpec } from '../../runtime/packages/package-spec.ts'
import { type KeptPin, listPins } from '../../runtime/packages/pin-index.ts'
import { isPython, PYTHON_PREFIX, parseRequirement } from '../../runtime/packages/python/requirement.ts'
import { verifyTree } from '../../runtime/packages/tree-record.ts'
import { forgetPins } from '../../runtime/packages/unpin.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import { type Column, layOut } from '../egress/layout.ts'
import { endQuietlyWithReader, lineWidth, print } from '../egress/output.ts'
import { safeJson } from '../egress/safe-json.ts'
import { type PinArguments, parsePinArguments } from './arguments.ts'
import { pinText } from './pin-text.ts'

/** Beside those that all of mcp-run has. */
const EXIT_DAMAGED = 1

/** `mcp-run pin` and `mcp-run unpin`. Returns the exit code. */
export async function pin(kind: 'pin' | 'unpin', words: readonly string[]): Promise<number> {
  const args = parsePinArguments(kind, words)
  endQuietlyWithReader()
  const packages = join(storeFolder(args.store), 'packages')
  if (kind === 'unpin') return unpin(packages, args)
  const kept = await wantedPins(packages, args)
  const states = args.verify
    ? await Promise.all(kept.map(({ pin: one }) => verifyTree(packages, one)))
    : kept.map(() => null)
  const damaged = states.some((state) => state?.state === 'damaged')
  if (args.json) {
    const all = kept.map(({ spec, pin: one }, index) => ({ ...one, spec, state: states[index] ?? null }))
    await print(`${safeJson(all, 2)}\n`)
  } else if (args.run === null && !args.verify) {
    await list(kept)
  } else {
    await print(kept.map((one, index) => `${pinText(one, states[index] ?? null)}\n`).join('\n'))
  }
  return damaged ? EXIT_DAMAGED : 0
}

/** Those that there are; a package that is not pinned yet is installed, as its first start would. */
async function wantedPins(packages: string, args: PinArguments): Promise<readonly KeptPin[]> {
  if (args.run === null) return listPins(packages)
  const kept = args.what === null || args.accept ? [] : pinsOf(packages, args.what)
  if (kept.length > 0) return kept
  const { installFor } = await import('./install-for.ts')
  const pinned = await installFor(args.run, { accept: args.accept })
  return listPins(packages, pinned.name).filter(
    ({ spec, pin: one }) => spec === pinned.spec && one.tree === pinned.tree,
  )
}

function pinsOf(packages: string, what: string): readonly KeptPin[] {
  if (isPython(what)) {
    const asked = parseRequirement(what.slice(PYTHON_PREFIX.length))
    const named = listPins(packages, `${PYTHON_PREFIX}${asked.name}`)
    const exact = asked.versions.replace(/^==/, '')
    return exact === '' ? named : named.filter(({ spec, pin: one }) => spec === what || one.version === exact)
  }
  if (what.includes(BETWEEN)) {
    const all = what.split(BETWEEN).map((one) => formatPackageSpec(readPackageSpec(one, process.cwd())))
    return listPins(packages).filter(({ spec }) => spec === all.join(BETWEEN))
  }
  // By what it calls itself, as a list of pins has it.
  if (bareName(what) !== what) return listPins(packages, what)
  const asked = readPackageSpec(what, process.cwd())
  const { name, version } = asked
  if (asked.origin !== undefined) return placedPins(packages, formatPackageSpec(asked))
  const all = listPins(packages, name)
  // By what was asked for, or by what it came to.
  return version === null ? all : all.filter(({ spec, pin: one }) => spec === what || one.version === version)
}

/** Alone, or the first of several. */
function placedPins(packages: string, place: string): readonly KeptPin[] {
  return listPins(packages).filter(({ spec }) => spec === place || spec.startsWith(`${place}${BETWEEN}`))
}

async function unpin(packages: string, { what }: PinArguments): Promise<number> {
  const pins = pinsOf(packages, what ?? '')
  const removed = await forgetPins(packages, pins)
  const lines = pins.map(({ spec, pin: { version } }) => `${spec} (${version}): no longer pinned`)
  const trees = removed === 0 ? [] : [`${removed} installed ${removed === 1 ? 'copy' : 'copies'} removed`]
  const none = pins.length === 0 ? [`${shownAddress(what ?? '')} is not pinned`] : []
  await print([...lines, ...trees, ...none].map((line) => `${escapeText(line, 500)}\n`).join(''))
  return 0
}

const COLUMNS: readonly Column[] = [
  { title: 'PACKAGE', flexible: true },
  { title: 'VERSION' },
  { title: 'PUBLISHED BY' },
  { title: 'SIGNATURE' },
  { title: 'BUILT FROM' },
  { title: 'FIRST SEEN' },
]

async function list(kept: readonly KeptPin[]): Promise<void> {
  const cells = kept.map(({ spec, pin: one }) => [
    escapeText(spec, 214),
    escapeText(one.version, 40),
    escapeText(one.publisher.user ?? 'not said', 40),
    one.signature.state === 'verified' ? 'signed' : one.signature.state.replace('-', ' '),
    one.provenance.state === 'verified' ? escapeText(one.provenance.repository, 60) : 'not proved',
    one.firstSeen.slice(0, 10),
  ])
  const { header, lines } = layOut(COLUMNS, cells, { width: lineWidth() })
  await print([header, ...lines].join('\n').concat('\n'))
}
