import type { Engine } from './engine.ts'
import type { ImageRecipe } from './image-recipe.ts'
import { LABEL } from './owner.ts'

/** Another installation may use one that this one does not: two that took turns would build at every start. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000

/** Removes mcp-run's images of the same role that earlier builds left, as far as no container uses them. Never throws. */
export async function removeOldImages(
  { api }: Engine,
  { role, tag }: Pick<ImageRecipe, 'role' | 'tag'>,
  now: number = Date.now(),
): Promise<void> {
  try {
    const images = await api.listImages({ filters: { label: [`${LABEL}=${role}`] } })
    const old = images.filter(({ RepoTags, Created }) => {
      return Created * 1000 < now - KEPT_MS && areOurs(RepoTags, role) && !namesOf(RepoTags).includes(tag)
    })
    // Without force: the engine refuses those in use.
    for (const { Id } of old)
      await api
        .getImage(Id)
        .remove()
        .catch(() => undefined)
  } catch {
    // They are a matter of space alone.
  }
}

/** What was built on one of ours has its label, and names of its own. */
function areOurs(tags: readonly string[] | undefined, role: string): boolean {
  const names = namesOf(tags)
  return names.length > 0 && names.every((name) => name.startsWith(`mcp-run/${role}:`))
}

/** As they were built: Podman puts a registry's name in front. */
function namesOf(tags: readonly string[] | undefined): readonly string[] {
  return (tags ?? []).map((name) => name.replace(/^localhost\//, ''))
}
