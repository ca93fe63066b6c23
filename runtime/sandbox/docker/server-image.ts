import { McpRunError } from '../../model/errors.ts'
import type { LaunchSpec, ServerImage } from '../backend.ts'
import { type Engine, engineError, statusOf } from './engine.ts'
import type { EngineFacts } from './engine-facts.ts'
import type { ImageRole } from './image-recipe.ts'
import { follow } from './images.ts'
import { serverUser } from './user.ts'

export interface ServerImageParts {
  readonly engine: Engine
  readonly facts: EngineFacts
  readonly image: (role: ImageRole) => Promise<string>
  readonly say: (line: string) => void
}

/** The image that the server runs in, there for use, and whom it runs as. */
export interface ReadyImage {
  readonly image: string
  /** `uid:gid` of the host's user; null: the image's own, who has accounts and a HOME of the image's. */
  readonly user: string | null
}

type OwnImage = Exclude<ServerImage, { kind: 'runner' }>

export async function serverImage(spec: LaunchSpec, parts: ServerImageParts): Promise<ReadyImage> {
  const { image = { kind: 'runner', runner: 'node' } } = spec
  if (image.kind === 'runner')
    return { image: await parts.image(image.runner), user: serverUser(parts.facts) }
  const declared = await present(image, parts)
  return { image: image.name, user: userOf(image, declared, parts) }
}

/** As the image says, or the command line; an image that says root runs as the host's user, unless that is asked for. */
function userOf({ user }: OwnImage, declared: string, { facts, say }: ServerImageParts): string | null {
  const asked = typeof user === 'object' ? user.id : declared
  const root = /^(|root|0+)(:.*)?$/.test(asked)
  if (root && user === 'non-root') return serverUser(facts)
  if (root) say('the server runs as root of its image, without any capability: its user was asked for')
  return null
}

/** Pulls it as `docker run` would; gives the user that it declares. */
async function present(image: OwnImage, parts: ServerImageParts): Promise<string> {
  if (image.pull !== 'always') {
    const user = await declaredUser(image.name, parts)
    if (user !== null) return user
  }
  if (image.pull === 'never') throw missing(image.name, 'and it is not to be pulled', null)
  await pull(image, parts)
  return (await declaredUser(image.name, parts)) ?? ''
}

/** Null where the engine does not have the image. */
async function declaredUser(name: string, { engine }: ServerImageParts): Promise<string | null> {
  try {
    const { Config } = await engine.api.getImage(name).inspect()
    return Config?.User ?? ''
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw engineError(`the image ${name} cannot be looked at`, error)
  }
}

async function pull({ name, platform }: OwnImage, { engine, say }: ServerImageParts): Promise<void> {
  say(`pulling ${name}, once: later starts use it`)
  try {
    const stream = await engine.api.pull(name, platform === null ? {} : { platform })
    await follow(stream, say)
  } catch (error) {
    throw missing(name, `and cannot be pulled: ${engineError('', error).message.slice(2)}`, error)
  }
}

function missing(name: string, why: string, cause: unknown): McpRunError {
  return new McpRunError('sandbox-unavailable', `the image ${name} is not there, ${why}`, {
    hint: `docker pull ${name}, where you are logged in to its registry`,
    cause,
  })
}
