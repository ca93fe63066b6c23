import { SYSTEM_BUNDLES, textsOf } from '../model/system-authorities.ts'
import { certificateFiles } from './certificates.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** What the host trusts beside Node's own list, in PEM. A file that cannot be read adds nothing. */
export function hostAuthorities(env: Variables): readonly string[] {
  return textsOf([...SYSTEM_BUNDLES, ...Object.values(certificateFiles(env))])
}
