import type { ProfileOptions } from '../../profiles/load.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { LoadedProfile } from '../../runtime/model/profile.ts'
import type { EnsureOptions } from '../../runtime/packages/ensure-package.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import { ownPaths } from '../paths.ts'
import { profileOptions } from '../profile-options.ts'
import { tellOnce } from '../run/alerts.ts'
import type { RunArguments } from '../run/arguments.ts'
import { chooseBackend } from '../run/backend.ts'
import { installer } from '../run/install.ts'
import { type PackageContext, packageOptions } from '../run/package.ts'
import { plan } from '../run/plan.ts'
import { say } from '../run/say.ts'
import type { PackageTarget, PythonTarget } from '../run/target.ts'
import { findUpstreamProxy } from '../run/upstream-proxy.ts'

/** All that an installation needs, as a start would have it. */
export interface Prepared {
  readonly options: EnsureOptions
  readonly loaded: LoadedProfile
  readonly profiles: ProfileOptions
  readonly store: string
  /** See ChosenBackend. */
  confirm(): void
}

/** The same of npm's or a Python index's package. */
export interface PreparedAny extends Pick<Prepared, 'loaded' | 'confirm'> {
  readonly target: PackageTarget | PythonTarget
  readonly context: PackageContext
}

/** Throws `usage` where no package of npm's is meant, and what a start throws. */
export async function prepare(args: RunArguments): Promise<Prepared> {
  const { target, loaded, context, confirm } = await prepareAny(args)
  if (target.kind === 'python') throw noPackage(loaded)
  const { store, profiles } = context
  const options = await packageOptions(target, loaded, args.options, context)
  return { options, loaded, profiles, store, confirm }
}

/** Throws `usage` where no package is meant, and what a start throws. */
export async function prepareAny(args: RunArguments): Promise<PreparedAny> {
  const paths = ownPaths()
  const store = storeFolder(args.options.store)
  const profiles = profileOptions(paths, store)
  const { target, loaded } = plan(args, profiles)
  if (target.kind !== 'package' && target.kind !== 'python') throw noPackage(loaded)
  const { backend, confirm } = await chooseBackend(args, paths)
  const install = installer({
    ...{ server: loaded.profile.name, backend, store, workerPath: paths.storeWorker },
    onAlert: tellOnce(say, () => undefined, null),
    proxyFor: (npm) => findUpstreamProxy({ option: args.options.upstreamProxy, env: process.env, npm }),
  })
  return { target, loaded, context: { store, backend, install, paths, profiles }, confirm }
}

function noPackage({ profile }: LoadedProfile): McpRunError {
  return new McpRunError('usage', `the profile ${profile.name} names no package`, {
    hint: 'packages alone are pinned',
  })
}
