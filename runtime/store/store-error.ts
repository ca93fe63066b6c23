import { McpRunError } from '../model/errors.ts'

/** What a person is told when SQLite or the file system says no. The file is never touched to mend it. */
export function storeError(error: unknown, file: string): McpRunError {
  if (error instanceof McpRunError) return error
  const code = codeOf(error)
  const found = EXPLANATIONS.find(([pattern]) => pattern.test(code))
  const [, what, hint] = found ?? [null, `${code || 'unexpected failure'}: ${messageOf(error)}`, undefined]
  const options = { cause: error, ...(hint === undefined ? {} : { hint: hint(file) }) }
  return new McpRunError('store-failed', `The history in ${file} cannot be used: ${what}.`, options)
}

export function newerFileError(file: string, version: number, known: number): McpRunError {
  return new McpRunError(
    'store-failed',
    `The history in ${file} was written by a newer mcp-run (format ${version}; this one knows up to ${known}).`,
    { hint: 'Update mcp-run, or choose another folder with --store. The file was left as it is.' },
  )
}

export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

type Explanation = readonly [RegExp, string, ((file: string) => string) | undefined]

const EXPLANATIONS: readonly Explanation[] = [
  [
    /^SQLITE_(CORRUPT|NOTADB)/,
    'the file is damaged',
    (file) =>
      `Move ${file}, and -wal and -shm beside it, to another folder: the next run starts a new file. "sqlite3 FILE .recover" reads what is left of the old one.`,
  ],
  [
    /^(SQLITE_FULL|ENOSPC|EDQUOT)/,
    'the disk is full',
    () => 'Free some room ("egress prune --older-than 90d" helps), or choose another folder with --store.',
  ],
  [
    /^(SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EROFS|ENOTDIR|EISDIR)/,
    'it cannot be opened',
    (file) => `See who owns ${file} and its folder, or choose another folder with --store.`,
  ],
  [/^SQLITE_(BUSY|LOCKED)/, 'another process has kept it locked for a minute', undefined],
  [/^SQLITE_IOERR/, 'reading or writing the disk failed', () => 'See the kernel log (dmesg) for the disk.'],
]
