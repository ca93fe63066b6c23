import { rmSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { orNative } from '../../model/host.ts'
import { escapeText } from '../../model/text.ts'
import { createRunFolder } from '../run-folder.ts'
import { type Engine, engineError, statusOf } from './engine.ts'
import type { ImageRecipe } from './image-recipe.ts'
import { removeOldImages } from './old-images.ts'
import { LABEL } from './owner.ts'

export interface BuildOptions {
  /** For the build's folder. */
  readonly store: string
  /** One line for a person. */
  readonly say: (line: string) => void
}

/** Builds the image if the engine does not have it. Two that do so at once make the same. Throws `sandbox-unavailable`. */
export async function ensureImage(engine: Engine, recipe: ImageRecipe, options: BuildOptions): Promise<void> {
  if (!(await hasImage(engine, recipe.tag))) await buildImage(engine, recipe, options)
}

export async function hasImage({ api }: Engine, name: string): Promise<boolean> {
  try {
    await api.getImage(name).inspect()
    return true
  } catch (error) {
    if (statusOf(error) === 404) return false
    throw engineError('the container engine cannot be asked for its images', error)
  }
}

async function buildImage(engine: Engine, recipe: ImageRecipe, options: BuildOptions): Promise<void> {
  const { role, tag, base } = recipe
  options.say(`building the image ${tag}, once: later starts use it`)
  const context = createRunFolder(options.store)
  try {
    await recipe.gather(context)
    const stream = await engine.api.buildImage(
      { context, src: ['.'] },
      {
        t: tag,
        rm: true,
        forcerm: true,
        labels: { [LABEL]: role },
        ...(base !== null && { buildargs: { BASE: base } }),
      },
    )
    await follow(stream, options.say)
    await removeOldImages(engine, recipe)
  } catch (error) {
    throw engineError(`the image ${tag} cannot be built`, error, buildHint(role))
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

function buildHint(role: ImageRecipe['role']): string {
  if (role === 'git') {
    const named = 'name a base image that has git: MCP_RUN_BASE_IMAGE, or images.json (docs/docker.md)'
    return orNative(named, '; or --sandbox native')
  }
  const variable = role === 'python' ? 'MCP_RUN_PYTHON_BASE_IMAGE' : 'MCP_RUN_BASE_IMAGE'
  const own = `a closed network names an image of its own to build on: ${variable}, or images.json (docs/docker.md)`
  return orNative(own, '; or --sandbox native')
}

/** An engine's answer to a build or a pull: lines of JSON. Rejects with the error that one of them holds. */
export async function follow(stream: NodeJS.ReadableStream, say: (line: string) => void): Promise<void> {
  let rest = ''
  let failure: string | null = null
  let printed = ''
  const take = (line: string): void => {
    const { error, stream } = progress(line, say)
    printed = lastLine(stream ?? '') ?? printed
    if (error !== undefined) failure = stepFailure(error, printed)
  }
  for await (const chunk of stream) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    lines.forEach(take)
  }
  take(rest)
  if (failure !== null) throw new Error(failure)
}

/** What a step printed last, the builder's own lines aside. */
function lastLine(printed: string): string | null {
  const lines = stripVTControlCharacters(printed).split('\n')
  return lines.findLast((line) => line.trim() !== '' && !/^(Step | ?--->|Removing )/i.test(line)) ?? null
}

/** An engine repeats the whole step, and not why it failed. */
function stepFailure(error: string, printed: string): string {
  const code = /(?:non-zero code:|exit status|exit code) (\d+)\W*$/.exec(error)?.[1]
  if (code === undefined || printed === '') return error
  return `a step ended with exit code ${code}: ${printed.trim().slice(0, 300)}`
}

/** Steps and pulls are worth a line; what a step prints, and each layer's percentage, is not. */
function progress(line: string, say: (line: string) => void): ReturnType<typeof parse> {
  const read = parse(line)
  const { stream, status, id } = read
  // Podman writes them large.
  if (stream !== undefined && /^step /i.test(stream)) say(escapeText(stream.trim(), 200))
  else if (status !== undefined && (id === undefined || status.startsWith('Pulling from')))
    say(escapeText(id === undefined ? status : `${id}: ${status}`, 200))
  return read
}

function parse(line: string): { stream?: string; status?: string; id?: string; error?: string } {
  try {
    return JSON.parse(line) ?? {}
  } catch {
    return {}
  }
}
