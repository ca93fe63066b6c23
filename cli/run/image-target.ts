import {
  declaringNothing,
  denyAllProfile,
  findProfileByImage,
  loadProfile,
  type ProfileOptions,
  profileNameForImage,
} from '../../profiles/load.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import { parseImageName } from '../../runtime/model/image-name.ts'
import type { LoadedProfile, Profile } from '../../runtime/model/profile.ts'
import { escapeText } from '../../runtime/model/text.ts'
import type { ServerImage } from '../../runtime/sandbox/backend.ts'
import type { RunArguments } from './arguments.ts'
import type { ImageRequest } from './docker-run/request.ts'
import { isEngineCommand, parseDockerRun } from './docker-run.ts'

/** A server that ships as an image: what was asked of it, and what the profile says of it. */
export interface ImageTarget {
  readonly kind: 'image'
  readonly request: ImageRequest
  readonly entrypoint: readonly string[] | null
  readonly user: Exclude<ServerImage, { kind: 'runner' }>['user']
}

/** Null where neither the command line nor the profile names an image. Throws `usage`, and as profiles do. */
export function imageTarget(
  { options, own, words }: RunArguments,
  profiles: ProfileOptions,
): { loaded: LoadedProfile; undeclared: boolean; target: ImageTarget } | null {
  const request =
    options.image !== null
      ? plainRequest(options.image, words)
      : own && isEngineCommand(words)
        ? parseDockerRun(words)
        : null
  if (request === null) return null
  if (request.noNetwork && options.mode === 'monitor') {
    throw new McpRunError('usage', '--mode monitor lets everything through, and --network none nothing', {
      hint: 'leave one of them out',
    })
  }
  const { loaded, undeclared } = profileOf(request.image, options.profile, profiles)
  const target = withProfile(request, loaded.profile)
  return { loaded: request.noNetwork ? declaringNothing(loaded) : loaded, undeclared, target }
}

/** The image that a profile declares, with the command line's arguments. */
export function profileImage({ profile }: LoadedProfile, words: readonly string[]): ImageTarget | null {
  if (profile.image === null) return null
  return withProfile(plainRequest(profile.image.name, [...profile.args, ...words]), profile)
}

function withProfile(request: ImageRequest, { image }: Profile): ImageTarget {
  const entrypoint = request.entrypoint !== null ? [request.entrypoint] : (image?.entrypoint ?? null)
  const user = request.user !== null ? { id: request.user } : (image?.user ?? 'non-root')
  return { kind: 'image', request, entrypoint, user }
}

function profileOf(image: string, reference: string | null, profiles: ProfileOptions) {
  if (reference !== null) return { loaded: loadProfile(reference, profiles), undeclared: false }
  const parsed = parseImageName(image)
  if (!parsed.ok) throw noImage(image, parsed.flaw)
  const name = findProfileByImage(parsed.image, profiles)
  const loaded =
    name === null ? denyAllProfile(profileNameForImage(parsed.image, profiles)) : loadProfile(name, profiles)
  return { loaded, undeclared: name === null }
}

function plainRequest(image: string, args: readonly string[]): ImageRequest {
  const parsed = parseImageName(image)
  if (!parsed.ok) throw noImage(image, parsed.flaw)
  return {
    ...{ client: 'docker', image, args, env: {}, pass: [], envFiles: [], mounts: [], volumes: [], tmpfs: [] },
    ...{
      entrypoint: null,
      cwd: null,
      user: null,
      noNetwork: false,
      limits: { memory: null, cpus: null, pids: null },
    },
    ...{ platform: null, pull: null, ignored: [] },
  }
}

function noImage(image: string, flaw: string): McpRunError {
  return new McpRunError('usage', `--image ${escapeText(image, 200)}: this is no image: ${flaw}`, {
    hint: 'REGISTRY/OWNER/NAME[:TAG]',
  })
}
