import type { ProfileImage } from '../runtime/model/profile.ts'
import type { Checked } from './host-pattern.ts'
import { IMAGE_DIGEST, IMAGE_NAME, IMAGE_TAG } from './patterns.ts'
import { shown } from './problem.ts'

type RawImage =
  | string
  | { name: string; entrypoint?: string[] | undefined; user?: ProfileImage['user'] | undefined }

/** An OCI image reference, or the same with what is to be run in it and as whom. */
export function checkImage(raw: RawImage): Checked<ProfileImage> {
  const { name, entrypoint = null, user = 'non-root' } = typeof raw === 'string' ? { name: raw } : raw
  const flaw = flawOfReference(name)
  if (flaw !== null) {
    const hint = 'a reference such as `ghcr.io/owner/server:1.2.3`, in quotes where it holds an @'
    return { ok: false, message: `\`${shown(name)}\` is no image: ${flaw}`, hint }
  }
  if (entrypoint?.some((word) => word.includes('\0'))) {
    return { ok: false, message: 'the entrypoint holds a NUL', hint: 'remove it' }
  }
  return { ok: true, value: { name, entrypoint, user } }
}

function flawOfReference(text: string): string | null {
  const [reference = '', digest, ...more] = text.split('@')
  if (more.length > 0 || (digest !== undefined && !IMAGE_DIGEST.test(digest)))
    return 'what follows the @ is no digest'
  const [, name = '', tag] = /^(.*?)(?::([^/:]*))?$/s.exec(reference) ?? []
  if (tag !== undefined && !IMAGE_TAG.test(tag)) return 'what follows the last colon is no tag'
  if (name.includes('://')) return 'it is a URL'
  if (name.length > 255) return 'its name is longer than 255 characters'
  if (IMAGE_NAME.test(name)) return null
  return /[A-Z]/.test(name) ? 'its name has capital letters' : 'its name has no such form'
}
