import { readFileSync } from 'node:fs'
import { SYSTEM_BUNDLES } from '../model/system-bundles.ts'
import { certificateFiles } from './certificates.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** What the host trusts beside Node's own list, in PEM. A file that cannot be read adds nothing. */
export function hostAuthorities(env: Variables): readonly string[] {
  return read([...SYSTEM_BUNDLES, ...Object.values(certificateFiles(env))])
}

/** What the system trusts, in PEM; Node's own list where the system has none. */
export function systemAuthorities(): readonly string[] {
  const [bundle] = read(SYSTEM_BUNDLES)
  // Seldom needed, and TLS costs a start milliseconds.
  return bundle === undefined ? process.getBuiltinModule('node:tls').rootCertificates : [bundle]
}

/** Texts of files, each once. */
export function read(files: readonly string[]): readonly string[] {
  const texts = [...new Set(files)].flatMap((file) => {
    try {
      return [readFileSync(file, 'utf8')]
    } catch {
      return []
    }
  })
  return [...new Set(texts)]
}
