import { existsSync, realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { PathArguments } from '../../runtime/model/profile.ts'
import type { Share } from '../../runtime/sandbox/backend.ts'
import {
  absolutePath,
  isInRoot,
  isWithin,
  liesIn,
  refusal,
  type ShareContext,
} from '../../runtime/sandbox/shares.ts'

export interface PathContext extends ShareContext {
  /** What the profile and the command line's options share: that holds, whatever an argument says. */
  readonly granted: readonly Share[]
  /** What the server may do with a path that an argument names. */
  readonly mode: PathArguments
  /** Where the server's HOME appears in the sandbox. */
  readonly home: string
}

export interface SeenArguments {
  /** The arguments as the server gets them. */
  readonly words: readonly string[]
  readonly shares: readonly Share[]
  /** Sentences for a person: which paths are not shown, why, and what to do. */
  readonly notes: readonly string[]
}

/** A word, or the value of a `--flag=`, that is absolute, `~`, `.` or `..`, or begins with one of these and a slash. */
const PATH_WORD = /^(-[^=/]*=)?((?:~|\.\.?)?(?:\/.*)?)$/s

/** Where the sandbox has something of its own, beside HOME: nothing is put over it, or over what holds it. */
const OWN_PLACES = ['/etc', '/tmp', '/package']

/**
 * A path that an argument names is shown to the server under that same path, as it would have seen it without a
 * sandbox. The words `~/x` and `./x` become absolute, since HOME and the working folder are others in there.
 */
export function pathArguments(words: readonly string[], context: PathContext): SeenArguments {
  if (context.mode === 'none') return { words, shares: [], notes: [] }
  const shares: Share[] = []
  const notes: string[] = []
  const seen = words.map((word) => {
    const [, flag = '', path = ''] = PATH_WORD.exec(word) ?? []
    if (path === '') return word
    const found = lookAt(path, context)
    if (found.kind === 'note') notes.push(found.note)
    if (found.kind === 'foreign' || found.kind === 'note') return word
    if (found.kind === 'share') shares.push(found.share)
    return flag + found.target + (path.endsWith('/') ? '/' : '')
  })
  return { words: seen, shares: withoutCovered(shares), notes: [...new Set(notes)] }
}

type Look =
  | { readonly kind: 'share'; readonly target: string; readonly share: Share }
  /** The server sees it anyway. */
  | { readonly kind: 'seen'; readonly target: string }
  /** Nothing of the host's, as far as can be told. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'note'; readonly note: string }

function lookAt(path: string, context: PathContext): Look {
  const write = context.mode === 'write'
  const target = absolutePath(path, context.cwd)
  if (isInRoot(target) || context.granted.some((share) => isWithin(target, share.target)))
    return { kind: 'seen', target }
  if (!existsSync(target)) {
    const folder = dirname(target)
    if (!write || !existsSync(folder)) return { kind: 'foreign' }
    const problem = problemOf(realpathSync(folder), folder, context)
    const help =
      problem === null ? `--allow-write ${folder} would show it` : `${folder} cannot be: ${problem}`
    return { kind: 'note', note: `${path} is not there yet, and its folder is not shown: ${help}` }
  }
  const source = realpathSync(target)
  const problem = problemOf(source, target, context)
  if (problem !== null) {
    const note = `${path} is not shown to the server: ${problem}; name a folder that holds only what it needs`
    return { kind: 'note', note }
  }
  return { kind: 'share', target, share: { source, target, write } }
}

function problemOf(source: string, target: string, context: PathContext): string | null {
  // An option may name what lies in the store; an argument that a client's configuration holds may not.
  if (liesIn(source, context.store)) return `it is in mcp-run's own store, ${context.store}`
  const refused = refusal(source, context)
  if (refused !== null) return refused
  const own = [...OWN_PLACES, context.home].find((place) => isWithin(place, target))
  return own === undefined ? null : `the sandbox has a ${own} of its own`
}

/** All of them have the same rights: what lies in another is seen with it. */
function withoutCovered(shares: readonly Share[]): Share[] {
  return shares.filter(
    (one, index) =>
      !shares.some(
        (other, at) =>
          isWithin(one.target, other.target) &&
          (other.target !== one.target || at < index) &&
          one.source === other.source + one.target.slice(other.target.length),
      ),
  )
}

/** `/a (reading), /b (writing)`: for the line at start. */
export function shownText(shares: readonly Share[]): string {
  return shares.map(({ target, write }) => `${target} (${write ? 'writing' : 'reading'})`).join(', ')
}
