import { join } from 'node:path'
import { McpRunError } from '../../runtime/model/errors.ts'
import { pinPackage } from '../../runtime/packages/ensure-package.ts'
import type { Pin } from '../../runtime/packages/pin.ts'
import { STRICT } from '../../runtime/packages/trust.ts'
import { storeFolder } from '../../runtime/store/store-folder.ts'
import { ownPaths } from '../paths.ts'
import { tellOnce } from '../run/alerts.ts'
import type { RunArguments } from '../run/arguments.ts'
import { chooseBackend } from '../run/backend.ts'
import { installer } from '../run/install.ts'
import { packageOptions, packageSource, withNote } from '../run/package.ts'
import { plan } from '../run/plan.ts'
import { say } from '../run/say.ts'
import { findUpstreamProxy } from '../run/upstream-proxy.ts'

/** Installs what a start would, and starts nothing. `accept`: what stands behind it now is taken, by a person's word. */
export async function installFor(args: RunArguments, { accept }: { accept: boolean }): Promise<Pin> {
  const paths = ownPaths()
  const store = storeFolder(args.options.store)
  const profiles = {
    userDir: join(store, 'profiles'),
    builtinDir: paths.profiles,
    compiled: paths.compiledProfiles,
    cwd: process.cwd(),
  }
  const { target, loaded } = plan(args, profiles)
  if (target.kind !== 'package' && target.kind !== 'python') {
    throw new McpRunError('usage', `the profile ${loaded.profile.name} names no package`, {
      hint: 'packages alone are pinned',
    })
  }
  const chosen = await chooseBackend(args, paths)
  const { backend } = chosen
  const install = installer({
    ...{ server: loaded.profile.name, backend, store, workerPath: paths.storeWorker },
    onAlert: tellOnce(say, () => undefined, null),
    proxyFor: (npm) => findUpstreamProxy({ option: args.options.upstreamProxy, env: process.env, npm }),
  })
  const context = { store, backend, install, paths, profiles }
  if (target.kind === 'python') {
    const source = await packageSource(target, loaded, args.options, context)
    const { pin } = await withNote(loaded, source.ensure(false))
    chosen.confirm()
    return pin
  }
  const options = await packageOptions(target, loaded, args.options, context)
  const trust = { ...(options.trust ?? STRICT), accept }
  const pin = await withNote(loaded, pinPackage({ ...options, trust, refresh: accept }))
  chosen.confirm()
  return pin
}
