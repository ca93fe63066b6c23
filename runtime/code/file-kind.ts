/**
 * `code`: it can be run, or read by what runs. `document`: for people, though a program could read it too. `native`: a
 * program in machine code or WebAssembly. `data`: bytes that are no text.
 */
export type FileKind = 'code' | 'document' | 'native' | 'data' | 'link'

const DOCUMENT_ENDS = /\.(?:md|markdown|map|d\.[mc]?ts|css|scss)$/i
const DOCUMENT_NAMES = /(?:^|\/)(?:readme|licen[sc]e|changelog|history|notice|authors|package\.json)[^/]*$/i
const PROGRAM_END = /\.(?:[cm]?[jt]sx?|json|sh|py)$/i
const NATIVE_END = /\.(?:node|wasm|so|dll|dylib|exe)$/i

/** By its name, and by how it begins. */
export function fileKind(path: string, head: Buffer): FileKind {
  if (isProgram(head) || NATIVE_END.test(path)) return 'native'
  // A comment of a program may hold any byte.
  if (head.includes(0) && !PROGRAM_END.test(path)) return 'data'
  return DOCUMENT_ENDS.test(path) || (DOCUMENT_NAMES.test(path) && !/\.[mc]?js$/i.test(path))
    ? 'document'
    : 'code'
}

/** ELF, PE, Mach-O (either order, and fat), WebAssembly. */
function isProgram(head: Buffer): boolean {
  if (head.length < 4) return false
  const magic = head.readUInt32BE(0)
  return MAGICS.has(magic) || (head[0] === 0x4d && head[1] === 0x5a && head.includes(0))
}

const MAGICS = new Set([0x7f454c46, 0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe, 0x0061736d])
