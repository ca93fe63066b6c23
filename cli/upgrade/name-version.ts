import { declarePackage } from '../../profiles/declare-package.ts'
import { formatPackageSpec } from '../../runtime/packages/package-spec.ts'
import type { Pin } from '../../runtime/packages/pin.ts'
import { isExact } from '../../runtime/packages/upgrade-package.ts'
import type { Prepared } from '../pin/prepare.ts'

export interface Named {
  /** The user's profile that names it now; null where none had to. */
  readonly file: string | null
  /** Of that file, unified; empty where it was not written. */
  readonly diff: string
  /** What runs it from now on. */
  readonly advice: string
}

/** An exact version runs where it is named: in the profile, which is changed, or in what the user writes themselves. */
export function nameVersion(pin: Pin, { options, loaded, profiles }: Prepared): Named {
  const asked = options.spec
  if (!isExact(asked.version)) return { file: null, diff: '', advice: 'the next start runs it' }
  const before = formatPackageSpec(asked)
  const declared = loaded.profile.package
  if (declared?.name !== asked.name || declared.version !== asked.version) {
    return {
      file: null,
      diff: '',
      advice: `write ${pin.spec} where ${before} stands, which still runs as it did`,
    }
  }
  const { file, diff } = declarePackage({ ...profiles, loaded, version: pin.version })
  const { name } = loaded.profile
  return { file, diff, advice: `${file} names it, and the next start of ${name} runs it; ${before} is kept` }
}
