import { createHash } from 'node:crypto'
import { type ImageName, shortImageName } from '../runtime/model/image-name.ts'
import { isTaken, plainName } from './package-profile-name.ts'
import type { ProfileOptions } from './profile-folders.ts'

const MAX_STEM = 80

/**
 * The name that an image without a profile goes by, whatever its tag: `mcp/fetch` is `mcp-fetch-image`. Never that of
 * npm's `mcp-fetch`, nor of a profile that describes something else: they must not find each other's files.
 */
export function profileNameForImage(image: ImageName, options: ProfileOptions): string {
  const short = shortImageName(image)
  const digest = createHash('sha256').update(short).digest('hex').slice(0, 8)
  const name = `${plainName(short.slice(0, MAX_STEM))}-image`
  return short.length > MAX_STEM || isTaken(name, options) ? `${name}-${digest}` : name
}
