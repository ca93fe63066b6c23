import { McpRunError } from '../model/errors.ts'
import { formatPackageSpec, type PackageSpec, readPackageSpec } from './package-spec.ts'

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
 * `-p` the first word is the package, with `-p` it is a command of one of those packages; the rest is the server's.
 */
export function packageRequest(
  packages: readonly string[],
  words: readonly string[],
  cwd: string,
): PackageRequest {
  const [first, ...args] = words
  const [named, ...others] = packages
  if (named === undefined) {
    if (first === undefined) {
      throw new McpRunError('usage', 'no package is named', { hint: 'mcp-run -y PACKAGE [ARGUMENT…]' })
    }
    return { spec: readPackageSpec(first, cwd), bin: null, args }
  }
  const own = readPackageSpec(named, cwd)
  const beside = others.map((other) => readPackageSpec(other, cwd))
  const spec = beside.length === 0 ? own : { ...own, beside }
  if (first === undefined) {
    throw new McpRunError('usage', `which command of ${formatPackageSpec(spec)} is to run?`, {
      hint: 'mcp-run -y -p PACKAGE COMMAND [ARGUMENT…]',
    })
  }
  refuseTwice([own, ...beside])
  return { spec, bin: first, args }
}

function refuseTwice(specs: readonly PackageSpec[]): void {
  // What an archive holds is not known before it is read.
  const names = specs.flatMap(({ name, origin }) => (origin === undefined ? [name] : []))
  const twice = names.find((name, at) => names.indexOf(name) < at)
  if (twice === undefined) return
  throw new McpRunError('usage', `${twice} is named twice with -p`, {
    hint: 'one of each can be installed',
  })
}
