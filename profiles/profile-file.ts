import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { McpRunError } from '../runtime/model/errors.ts'
import { escapeText } from '../runtime/model/text.ts'
import { MAX_BYTES } from './yaml-text.ts'

/** A profile's text; null when there is no such file. Throws `profile-invalid` for what is no readable page of text. */
export function readProfileFile(file: string): string | null {
  const descriptor = openOrNull(file)
  if (descriptor === null) return null
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile())
      throw unusable(file, 'is not a file', 'name the profile itself: `--profile ./my-server.yaml`')
    if (stat.size > MAX_BYTES) {
      throw unusable(
        file,
        `is larger than ${MAX_BYTES / 1024} KiB`,
        'a profile is a page of text; is this the right file?',
      )
    }
    return decode(file, readFileSync(descriptor))
  } finally {
    closeSync(descriptor)
  }
}

function openOrNull(file: string): number | null {
  try {
    // A named pipe would otherwise wait for its writer.
    return openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return null
    throw unusable(
      file,
      `cannot be read (${code})`,
      `check its permissions: ls -l ${escapeText(file)}`,
      error,
    )
  }
}

function decode(file: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    throw unusable(file, 'is not UTF-8 text', 'save it as UTF-8', error)
  }
}

function unusable(file: string, what: string, hint: string, cause?: unknown): McpRunError {
  return new McpRunError('profile-invalid', `${escapeText(file)}: ${what}`, { hint, cause })
}
