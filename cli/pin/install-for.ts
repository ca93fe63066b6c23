import { pinPackage } from '../../runtime/packages/ensure-package.ts'
import type { Pin } from '../../runtime/packages/pin.ts'
import { STRICT } from '../../runtime/packages/trust.ts'
import type { RunArguments } from '../run/arguments.ts'
import { packageOptions, packageSource, withNote } from '../run/package.ts'
import { prepareAny } from './prepare.ts'

/** Installs what a start would, and starts nothing. `accept`: what stands behind it now is taken, by a person's word. */
export async function installFor(args: RunArguments, { accept }: { accept: boolean }): Promise<Pin> {
  const { target, loaded, context, confirm } = await prepareAny(args)
  if (target.kind === 'python') {
    const source = await packageSource(target, loaded, args.options, context)
    const { pin } = await withNote(loaded, source.ensure(false))
    confirm()
    return pin
  }
  const options = await packageOptions(target, loaded, args.options, context)
  const trust = { ...(options.trust ?? STRICT), accept }
  const pin = await withNote(loaded, pinPackage({ ...options, trust, refresh: accept }))
  confirm()
  return pin
}
