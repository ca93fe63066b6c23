import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { formatPackageSpec, type PackageSpec } from './package-spec.ts'

const HINT: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space there, or choose another place with --store',
  EDQUOT: 'free some of your quota, or choose another place with --store',
  EACCES: 'make it writable for you, or choose another place with --store',
  EPERM: 'make it writable for you, or choose another place with --store',
  EROFS: 'choose another place with --store',
}

/** What the file system refused, said as the installation's failure. Errors that are ours pass unchanged. */
export function storeFailure(spec: PackageSpec | string, store: string, error: unknown): McpRunError {
  if (error instanceof McpRunError) return error
  const { code = '', message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { message: String(error) }
  return new McpRunError(
    'install-failed',
    `${typeof spec === 'string' ? spec : formatPackageSpec(spec)} could not be kept in ${escapeText(store)}: ${escapeText(message)}`,
    { hint: HINT[code] ?? 'try again', cause: error },
  )
}
