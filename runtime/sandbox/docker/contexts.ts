import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { McpRunError } from '../../model/errors.ts'
import { escapeText } from '../../model/text.ts'
import { type EngineEndpoint, parseEngineAddress } from './endpoint.ts'
import type { EngineFiles } from './engine-files.ts'
import { tlsIn } from './engine-tls.ts'

/**
 * The context that `docker context use` left; null where none is in use. Throws `sandbox-unavailable` for a file
 * that can't be read: another engine than the one that is meant is never taken in silence.
 */
export function currentContext(configFolder: string, files: EngineFiles): string | null {
  const file = join(configFolder, 'config.json')
  const config = readObject(file, files, `mend it, or choose by hand: DOCKER_CONTEXT or DOCKER_HOST`)
  const name = config?.currentContext ?? ''
  if (typeof name !== 'string') throw unavailable(`${shown(file)}: currentContext is no text.`, USE_DEFAULT)
  return name === '' || name === 'default' ? null : name
}

/** Where a context's engine listens. `named` says what names it. Throws `sandbox-unavailable`. */
export function contextEndpoint(
  name: string,
  named: string,
  { configFolder, files }: { readonly configFolder: string; readonly files: EngineFiles },
): EngineEndpoint {
  const id = createHash('sha256').update(name).digest('hex')
  const file = join(configFolder, 'contexts', 'meta', id, 'meta.json')
  const fix = named === 'DOCKER_CONTEXT' ? 'docker context ls; unset DOCKER_CONTEXT' : USE_DEFAULT
  const broken = (what: string) =>
    unavailable(`${named} names the docker context ${shown(name)}, and ${what}.`, fix)
  const meta = readObject(file, files, fix)
  if (meta === null) throw broken(`there is no ${shown(file)}`)
  const endpoint = asObject(asObject(meta.Endpoints)?.docker)
  const host = endpoint?.Host
  if (typeof host !== 'string' || host === '') throw broken(`${shown(file)} gives no Endpoints.docker.Host`)
  const skipsVerify = endpoint?.SkipTLSVerify === true
  const tls = tlsIn(join(configFolder, 'contexts', 'tls', id, 'docker'), !skipsVerify, files)
  const usesTls = skipsVerify || tls.ca !== null || tls.cert !== null || tls.key !== null
  const parsed = parseEngineAddress(host, usesTls ? tls : null)
  if (!parsed.ok) throw broken(`the host in ${shown(file)} ${parsed.flaw}`)
  return { ...parsed.address, source: `docker context ${name}`, named: true }
}

const USE_DEFAULT = 'docker context ls; docker context use default'

type JsonObject = Readonly<Record<string, unknown>>

function readObject(file: string, files: EngineFiles, hint: string): JsonObject | null {
  let text: string | null
  try {
    text = files.read(file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw unavailable(`${shown(file)} cannot be read (${code}).`, hint, cause)
  }
  if (text === null) return null
  const object = asObject(parseJson(text))
  if (object === null) throw unavailable(`${shown(file)} is not a JSON object.`, hint)
  return object
}

/** The parser's own message would quote the text, which can hold logins. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function asObject(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null
}

function shown(text: string): string {
  return escapeText(text, 300)
}

function unavailable(message: string, hint: string, cause?: unknown): McpRunError {
  return new McpRunError('sandbox-unavailable', message, { hint, cause })
}
