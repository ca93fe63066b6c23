import { posix } from 'node:path'
import { escapeText } from '../../../runtime/model/text.ts'
import { csvFields } from './csv-fields.ts'
import { usage } from './option-words.ts'

/** What one `-v`, `--mount` or `--tmpfs` puts into the container. */
export type Mounted = {
  /** Absolute, normalised. */
  readonly target: string
  /** What of it was left out, for a person; null: nothing. */
  readonly ignored: string | null
} & (
  | { readonly kind: 'bind'; readonly source: string; readonly write: boolean }
  | { readonly kind: 'volume'; readonly name: string | null; readonly write: boolean }
  | { readonly kind: 'tmpfs' }
)

const FORMS: Readonly<Record<string, string>> = {
  '-v': '-v /DIR:/DIR[:ro]',
  '--mount': '--mount type=bind,src=/DIR,dst=/DIR,readonly',
  '--tmpfs': '--tmpfs /DIR',
}
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/
const LEFT_OUT = /^(z|Z|nocopy|consistent|cached|delegated|r?private|r?shared|r?slave)$/

/** `-v [SOURCE:]TARGET[:MODES]`. */
export function volumeMount(text: string): Mounted {
  const [first = '', second, modes, ...more] = text.split(':')
  if (more.length > 0) throw flaw('-v', text, 'has too many colons')
  if (second === undefined) {
    return { kind: 'volume', name: null, target: targetPath('-v', first), write: true, ignored: null }
  }
  const target = targetPath('-v', second)
  const words = modes === undefined ? [] : modes.split(',')
  const access = words.filter((word) => word === 'ro' || word === 'rw')
  const left = words.filter((word) => LEFT_OUT.test(word))
  if (access.length > 1 || access.length + left.length < words.length)
    throw flaw('-v', text, 'ends in modes that are none')
  const rest = {
    target,
    write: access[0] !== 'ro',
    ignored: left.length === 0 ? null : `its mode ${left.join(',')} is left out`,
  }
  if (/^[/.]/.test(first)) return { kind: 'bind', source: first, ...rest }
  return { kind: 'volume', name: volumeName('-v', first), ...rest }
}

const SPELLINGS: Readonly<Record<string, string>> = {
  src: 'source',
  dst: 'target',
  destination: 'target',
  ro: 'readonly',
}
const KEPT = ['type', 'source', 'target', 'readonly']
const MOUNT_LEFT_OUT =
  /^(consistency|bind-(propagation|recursive|nonrecursive)|volume-(nocopy|label)|tmpfs-(size|mode))$/

/** `--mount type=bind|volume|tmpfs,src=…,dst=…[,readonly]`, in comma-separated values. */
export function mountOption(text: string): Mounted {
  const fields = csvFields(text)
  if (fields === null) throw flaw('--mount', text, 'has quotes that do not pair')
  const given = new Map<string, string>()
  const left: string[] = []
  for (const field of fields) {
    const [, written = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(field) ?? []
    const key = SPELLINGS[written.toLowerCase()] ?? written.toLowerCase()
    if (MOUNT_LEFT_OUT.test(key)) left.push(key)
    // Its value may be a password.
    else if (!KEPT.includes(key)) throw flaw('--mount', written, reasonAgainst(key))
    else given.set(key, value ?? (key === 'readonly' ? 'true' : ''))
  }
  const type = given.get('type')?.toLowerCase() ?? 'volume'
  const source = given.get('source') ?? ''
  const target = targetPath('--mount', given.get('target') ?? '')
  const write = !isOn(given.get('readonly') ?? 'false')
  const ignored = left.length === 0 ? null : `its ${left.join(', ')} is left out`
  if (type === 'tmpfs') return { kind: 'tmpfs', target, ignored }
  if (type === 'volume') {
    const name = source === '' ? null : volumeName('--mount', source)
    return { kind: 'volume', name, target, write, ignored }
  }
  if (type !== 'bind') throw flaw('--mount', type, 'is no type that a sandbox has')
  if (!/^(\/|\.(\/|$)|\.\.(\/|$))/.test(source)) throw flaw('--mount', source, 'is no absolute path')
  return { kind: 'bind', source, target, write, ignored }
}

function reasonAgainst(key: string): string {
  return /^volume-(driver|opt)$/.test(key) ? 'is refused: a driver mounts what it likes' : 'is not understood'
}

/** `--tmpfs TARGET[:OPTIONS]`. */
export function tmpfsMount(text: string): Mounted {
  const [target = '', options] = text.split(/:(.*)/s)
  const ignored = options === undefined ? null : 'its options are left out'
  return { kind: 'tmpfs', target: targetPath('--tmpfs', target), ignored }
}

function isOn(text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true
  if (/^(0|f|false)$/i.test(text)) return false
  throw flaw('--mount', 'readonly', 'is true or false')
}

function targetPath(option: string, text: string): string {
  const path = posix.normalize(text).replace(/(?<=.)\/$/, '')
  if (text.startsWith('/') && !text.includes('\0') && path !== '/') return path
  const what = path === '/' ? "would hide the image's whole root" : 'is no absolute path in the container'
  throw flaw(option, text, what)
}

function volumeName(option: string, text: string): string {
  if (VOLUME_NAME.test(text)) return text
  const hint = /^(~|\$)/.test(text)
    ? 'write the whole path: no shell fills in ~ or $HOME here'
    : `${FORMS[option]}, or a volume's name`
  throw flaw(option, text, "is neither an absolute path nor a volume's name", hint)
}

function flaw(option: string, text: string, what: string, hint = FORMS[option]) {
  return usage(`${option}: '${escapeText(text, 200)}' ${what}`, hint)
}
