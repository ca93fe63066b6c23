import { AddressChanges, excerpt, lineNumber, type NewAddress, type Source } from './address-changes.ts'
import { Budget, LIMITS, type Limits } from './budget.ts'
import { type FilePair, fileChanges, type PackagePair } from './file-changes.ts'
import { type FileKind, fileKind } from './file-kind.ts'
import { type AddedLine, lineChanges } from './line-changes.ts'
import { type ListedFile, readHead } from './package-files.ts'
import { codeSigns, type FoundSign } from './signs.ts'

export type { NewAddress } from './address-changes.ts'
export type { PackagePair } from './file-changes.ts'

/** What is new in the files of some packages. Texts are as they stand there: to be escaped before they are shown. */
export interface CodeDifference {
  readonly files: readonly ChangedFile[]
  readonly addresses: readonly NewAddress[]
  readonly signs: readonly NewSign[]
  readonly lines: readonly ChangedLines[]
  /** What was not compared, and why: nothing that is said of the rest holds for it. */
  readonly unread: readonly { readonly what: string; readonly why: string }[]
  readonly unreadCount: number
}

export interface ChangedFile {
  /** `name@version` of the later one, or of the one that is gone. */
  readonly id: string
  readonly path: string
  readonly state: 'added' | 'changed' | 'removed'
  readonly kind: FileKind
  /** Bytes; null where it is not. */
  readonly before: number | null
  readonly after: number | null
}

export interface NewSign extends Omit<FoundSign, 'at' | 'count'> {
  readonly id: string
  readonly path: string
  readonly line: number
  readonly excerpt: string
  /** How often in what changed, before and now. */
  readonly before: number
  readonly now: number
}

export interface ChangedLines {
  readonly id: string
  readonly path: string
  readonly added: readonly AddedLine[]
  readonly addedCount: number
  readonly removedCount: number
}

/** Larger files have their addresses and signs read, and are not shown line by line. */
const MAX_LINED = 4 * 1024 * 1024
/** Of a program that nobody wrote by hand: no text to be read line by line. In characters. */
const MINIFIED_LINE = 250
const HEAD = 512

/** Compares versions of packages, file by file. Reads, runs nothing, follows no link; bounded by `limits`. */
export async function compareCode(
  pairs: readonly PackagePair[],
  { limits = LIMITS, clock = Date.now }: { limits?: Limits; clock?: () => number } = {},
): Promise<CodeDifference> {
  const budget = new Budget(limits, clock)
  const { changed, unchanged } = await fileChanges(pairs, budget)
  const addresses = new AddressChanges(budget)
  const signs = new SignCounts()
  const files: ChangedFile[] = []
  const lines: ChangedLines[] = []
  for (const pair of changed) {
    const [was, is] = [read(pair.before, budget), read(pair.after, budget)]
    files.push(changedFile(pair, (is ?? was)?.kind ?? 'data'))
    if (was !== null) await addresses.know(was)
    signs.count(pair.name, was, is)
    if (is === null) continue
    await addresses.meet(is)
    const lined = linesOf(was, is)
    if (lined !== null) lines.push(lined)
  }
  for (const file of unchanged) {
    if (!addresses.isOpen) break
    const known = read(file, budget)
    if (known !== null) await addresses.know(known)
  }
  const { unread, unreadCount } = budget
  return { files, addresses: addresses.result(), signs: signs.result(), lines, unread, unreadCount }
}

interface Text extends Source {
  readonly kind: FileKind
}

function read(file: ListedFile | null, budget: Budget): Text | null {
  if (file === null) return null
  const { id, path } = file
  const what = `${id} ${path}`
  const why = budget.exhausted
  if (why !== null) {
    budget.leaveOut(what, why)
    return null
  }
  try {
    const bytes = readHead(file, budget.limits.fileBytes)
    if (file.bytes > bytes.length)
      budget.leaveOut(what, `it is large: only its first ${bytes.length} bytes were read`)
    const kind = file.link ? 'link' : fileKind(path, bytes.subarray(0, HEAD))
    const isBinary = kind === 'native' || kind === 'data'
    const text = isBinary ? bytes.toString('latin1').replace(/[^\x20-\x7e]+/g, '\n') : bytes.toString('utf8')
    return { id, path, text, kind, where: kind === 'document' ? 'document' : 'code' }
  } catch {
    budget.leaveOut(what, 'it cannot be read')
    return null
  }
}

function changedFile({ path, before, after }: FilePair, kind: FileKind): ChangedFile {
  return {
    id: (after ?? before)?.id ?? '',
    path,
    state: before === null ? 'added' : after === null ? 'removed' : 'changed',
    kind,
    before: before?.bytes ?? null,
    after: after?.bytes ?? null,
  }
}

function linesOf(was: Text | null, is: Text): ChangedLines | null {
  if (was === null || is.kind !== 'code' || was.kind !== 'code') return null
  if (Math.max(was.text.length, is.text.length) > MAX_LINED) return null
  if (isMinified(was.text) && isMinified(is.text)) return null
  return { id: is.id, path: is.path, ...lineChanges(was.text, is.text) }
}

function isMinified(text: string): boolean {
  return text.length / text.split('\n').length > MINIFIED_LINE
}

/** Signs of each package, by what they are and not by the file that they stand in: files are renamed and bundled. */
class SignCounts {
  readonly #counts = new Map<string, { before: number; now: number; first: NewSign | null }>()

  count(name: string, was: Text | null, is: Text | null): void {
    const old = signsOf(was)
    const before = new Map(old.map((one) => [`${one.sign} ${one.detail}`, one.count]))
    for (const one of old) this.#entry(name, one).before += one.count
    for (const one of signsOf(is)) {
      const entry = this.#entry(name, one)
      entry.now += one.count
      if (is !== null && one.count > (before.get(`${one.sign} ${one.detail}`) ?? 0))
        entry.first ??= newSign(one, is)
    }
  }

  result(): readonly NewSign[] {
    return [...this.#counts.values()].flatMap(({ before, now, first }) =>
      first === null || now <= before ? [] : [{ ...first, before, now }],
    )
  }

  #entry(name: string, { sign, detail }: FoundSign): { before: number; now: number; first: NewSign | null } {
    const key = `${name} ${sign} ${detail}`
    const entry = this.#counts.get(key) ?? { before: 0, now: 0, first: null }
    this.#counts.set(key, entry)
    return entry
  }
}

function signsOf(text: Text | null): readonly FoundSign[] {
  return text?.kind === 'code' ? codeSigns(text.text) : []
}

function newSign({ sign, detail, at }: FoundSign, { id, path, text }: Text): NewSign {
  const place = { line: lineNumber(text, at), excerpt: excerpt(text, at) }
  return { sign, detail, id, path, ...place, before: 0, now: 0 }
}
