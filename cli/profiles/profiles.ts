import { storeFolder } from '../../runtime/store/store-folder.ts'
import { endQuietlyWithReader } from '../egress/output.ts'
import { ownPaths } from '../paths.ts'
import { profileOptions } from '../profile-options.ts'
import { parseProfilesArguments } from './arguments.ts'

/** `mcp-run profiles`: what there is, or whether it is still so. Returns the exit code. */
export async function profiles(words: readonly string[]): Promise<number> {
  const args = parseProfilesArguments(words)
  endQuietlyWithReader()
  const options = profileOptions(ownPaths(), storeFolder(args.store))
  if (args.kind === 'list') return (await import('./list.ts')).list(options, args)
  return (await import('./check.ts')).check(options, args)
}
