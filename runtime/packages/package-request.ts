import { McpRunError } from '../model/errors.ts'
import { type PackageSpec, parsePackageSpec } from './package-spec.ts'

/** What a command line in npx's form asks for. */
export interface PackageRequest {
  readonly spec: PackageSpec
  /** The command of the package that is meant; null: the package's own (see `chooseBin`). */
  readonly bin: string | null
  /** The server's arguments. */
  readonly args: readonly string[]
}

/**
 * npx's rule. `words` is what follows the options, which end at the first word that is not one: without
 * `-p` the first word is the package, with `-p` it is a command of that package; the rest is the server's.
 */
export function packageRequest(packages: readonly string[], words: readonly string[]): PackageRequest {
  const [first, ...args] = words
  const [named, ...others] = packages
  if (others.length > 0) {
    throw new McpRunError('usage', 'one package can be named with -p, not several', {
      hint: 'name the package that holds the command; what it depends on comes with it',
    })
  }
  if (named === undefined) {
    if (first === undefined) {
      throw new McpRunError('usage', 'no package is named', { hint: 'mcp-run -y PACKAGE [ARGUMENT…]' })
    }
    return { spec: parsePackageSpec(first), bin: null, args }
  }
  if (first === undefined) {
    throw new McpRunError('usage', `which command of ${parsePackageSpec(named).name} is to run?`, {
      hint: 'mcp-run -y -p PACKAGE COMMAND [ARGUMENT…]',
    })
  }
  return { spec: parsePackageSpec(named), bin: first, args }
}
