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

/** The image that the server runs in, there for use, and the user that it runs under (null: the image's own). */
export async function serverImage(
  spec: LaunchSpec,
  parts: ServerImageParts,
): Promise<{ image: string; user: string | null }> {
  const { image = { kind: 'runner', runner: 'node' } } = spec
  if (image.kind === 'runner')
    return { image: await parts.image(image.runner), user: serverUser(parts.facts) }
  await present(image, parts)
  return { image: image.name, user: userOf(image, parts.facts) }
}

/** `image`: as it says, root included. Else the host's user, to whom what is shared belongs. */
function userOf(image: ServerImage & { kind: 'image' }, facts: EngineFacts): string | null {
  if (image.user === 'image') return null
  return image.user === 'non-root' ? serverUser(facts) : image.user.id
}

/** Pulls it where the engine does not have it, as `docker run` would. */
async function present(
  { name, platform }: ServerImage & { kind: 'image' },
  { engine, say }: ServerImageParts,
): Promise<void> {
  try {
    await engine.api.getImage(name).inspect()
    return
  } catch (error) {
    if (statusOf(error) !== 404) throw engineError(`the image ${name} cannot be looked at`, error)
  }
  say(`pulling ${name}, once: later starts use it`)
  try {
    const stream = await engine.api.pull(name, platform === null ? {} : { platform })
    await follow(stream, say)
  } catch (error) {
    const cause = engineError(`the image ${name} is not there and cannot be pulled`, error)
    throw new McpRunError(cause.code, cause.message, { hint: `docker pull ${name}`, cause: error })
  }
}
