import { closeSync, openSync, readSync } from 'node:fs'

/** How a command's script is started: by the node that was checked against the package, or as a program. */
export type BinStart =
  | { readonly kind: 'node'; readonly nodeArgs: readonly string[] }
  /** A Python package's: by the interpreter beside it. */
  | { readonly kind: 'python' }
  /** The kernel reads its first line: another interpreter, or a binary. */
  | { readonly kind: 'program' }

/** Longer than the kernel reads of a first line (BINPRM_BUF_SIZE, 256 bytes). */
const HEAD_BYTES = 512

/** As a Python package's scripts begin, when they are installed: see python/client.py. */
const PACKAGED_PYTHON = '#!/package/venv/bin/python'

export function readBinStart(script: string): BinStart {
  const descriptor = openSync(script, 'r')
  try {
    const head = Buffer.alloc(HEAD_BYTES)
    return binStart(script, head.subarray(0, readSync(descriptor, head, 0, HEAD_BYTES, 0)))
  } finally {
    closeSync(descriptor)
  }
}

/** `head`: the script's first bytes. Without a `#!` line, the file's ending decides, and no ending is node's too. */
export function binStart(script: string, head: Uint8Array): BinStart {
  const firstLine = Buffer.from(head).toString('latin1').split(/\r?\n/, 1)[0] ?? ''
  if (!firstLine.startsWith('#!')) {
    return isElf(head) || /\.(sh|py|rb|pl)$/i.test(script) ? { kind: 'program' } : node([])
  }
  const words = firstLine
    .slice(2)
    .trim()
    .split(/[\t ]+/)
  const program = baseName(words[0])
  if (program === 'node') return node(words.slice(1))
  if (firstLine === PACKAGED_PYTHON) return { kind: 'python' }
  if (program !== 'env') return { kind: 'program' }
  // `env -S` splits the rest of the line into words; the first may be written right after the S.
  const rest = words.slice(1).filter((word) => word !== '-S' && word !== '--split-string')
  const attached = rest[0]?.startsWith('-S') === true ? [rest[0].slice(2), ...rest.slice(1)] : rest
  return baseName(attached[0]) === 'node' ? node(attached.slice(1)) : { kind: 'program' }
}

/** Program and arguments: absolute paths, ready to be run. */
export function binCommand(start: BinStart, nodePath: string, script: string): readonly string[] {
  return start.kind === 'node' ? [nodePath, ...start.nodeArgs, script] : [script]
}

function node(words: readonly string[]): BinStart {
  return { kind: 'node', nodeArgs: words }
}

function baseName(path: string | undefined): string {
  return path?.split('/').at(-1) ?? ''
}

function isElf(head: Uint8Array): boolean {
  return head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46
}
