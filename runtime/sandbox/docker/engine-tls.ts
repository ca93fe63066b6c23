import { join } from 'node:path'
import { McpRunError } from '../../model/errors.ts'
import { escapeText } from '../../model/text.ts'
import type { EngineFiles } from './engine-files.ts'

/** TLS to an engine. Paths of PEM files; null for what is not used. */
export interface EngineTls {
  /** The only authority whose engine is believed; null: those of the system. */
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
  /** False: any certificate of the engine's is taken, because its user said so. */
  readonly verify: boolean
}

/** As `tls.connect` takes it. */
export interface TlsMaterial {
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly rejectUnauthorized: boolean
}

/** The files in a folder, `ca.pem`, `cert.pem` and `key.pem`, as far as they are there. */
export function tlsIn(folder: string, verify: boolean, files: EngineFiles): EngineTls {
  const present = (name: string): string | null =>
    files.exists(join(folder, name)) ? join(folder, name) : null
  return { ca: present('ca.pem'), cert: present('cert.pem'), key: present('key.pem'), verify }
}

/** Throws `sandbox-unavailable`, naming the file, where one cannot be had. */
export function readEngineTls({ ca, cert, key, verify }: EngineTls, files: EngineFiles): TlsMaterial {
  if ((cert === null) !== (key === null)) {
    const alone = cert ?? key ?? ''
    throw unavailable(alone, 'has no other half: a certificate (cert.pem) needs its key (key.pem)')
  }
  return {
    ...(ca !== null && { ca: readPem(ca, files) }),
    ...(cert !== null && key !== null && { cert: readPem(cert, files), key: readPem(key, files) }),
    rejectUnauthorized: verify,
  }
}

function readPem(path: string, files: EngineFiles): string {
  let text: string | null
  try {
    text = files.read(path)
  } catch (cause) {
    throw unavailable(path, `cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause)
  }
  if (text === null) throw unavailable(path, 'is not there')
  return text
}

function unavailable(path: string, what: string, cause?: unknown): McpRunError {
  return new McpRunError(
    'sandbox-unavailable',
    `The container engine is spoken to over TLS, and ${escapeText(path)} ${what}.`,
    { hint: 'compare with docker itself: docker version', cause },
  )
}
