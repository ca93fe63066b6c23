import { parseImageName } from '../runtime/model/image-name.ts'
import type { ProfileImage } from '../runtime/model/profile.ts'
import type { Checked } from './host-pattern.ts'
import { shown } from './problem.ts'

type RawImage =
  | string
  | { name: string; entrypoint?: string[] | undefined; user?: ProfileImage['user'] | undefined }

/** An OCI image reference, or the same with what is to be run in it and as whom. */
export function checkImage(raw: RawImage): Checked<ProfileImage> {
  const { name, entrypoint = null, user = 'non-root' } = typeof raw === 'string' ? { name: raw } : raw
  const parsed = parseImageName(name)
  if (!parsed.ok) {
    const hint = 'a reference such as `ghcr.io/owner/server:1.2.3`, in quotes where it holds an @'
    return { ok: false, message: `\`${shown(name)}\` is no image: ${parsed.flaw}`, hint }
  }
  if (entrypoint?.some((word) => word.includes('\0'))) {
    return { ok: false, message: 'the entrypoint holds a NUL', hint: 'remove it' }
  }
  return { ok: true, value: { name, entrypoint, user } }
}
