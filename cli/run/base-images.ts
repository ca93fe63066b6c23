import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../profiles/atomic-write.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import { parseImageName } from '../../runtime/model/image-name.ts'
import type { ImageSources } from '../../runtime/sandbox/docker/image-recipe.ts'

/** What mcp-run's own images are built on, where that is not the public image. */
export interface BaseImages {
  readonly node: string | null
  readonly python: string | null
}

const VARIABLES = { node: 'MCP_RUN_BASE_IMAGE', python: 'MCP_RUN_PYTHON_BASE_IMAGE' } as const
const ROLES = ['node', 'python'] as const

/** By a variable, else as the store's `images.json` says: clients pass no variables on. Throws `usage`. */
export function baseImages(store: string, env: NodeJS.ProcessEnv = process.env): BaseImages {
  const kept = readKept(file(store))
  const chosen = (role: (typeof ROLES)[number]): string | null => {
    const value = env[VARIABLES[role]] || kept[role]
    return value === undefined ? null : checked(value, env[VARIABLES[role]] ? VARIABLES[role] : file(store))
  }
  return { node: chosen('node'), python: chosen('python') }
}

/** Kept for starts that have no variables. */
export function keepBaseImages(store: string, { node, python }: BaseImages): void {
  if (node === null && python === null) return
  writeFileAtomically(
    file(store),
    `${JSON.stringify({ ...(node && { node }), ...(python && { python }) })}\n`,
  )
}

export function basesByRole({ node, python }: BaseImages): ImageSources['base'] {
  return { tap: node, node, python, git: node }
}

function file(store: string): string {
  return join(store, 'images.json')
}

function readKept(path: string): Partial<Record<'node' | 'python', string>> {
  if (!existsSync(path)) return {}
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below.
  }
  throw new McpRunError('usage', `${path} is not JSON with the fields node and python`, {
    hint: '{"node": "registry.example.com/node:22-slim"}',
  })
}

function checked(value: unknown, place: string): string {
  const parsed = typeof value === 'string' ? parseImageName(value) : { ok: false as const, flaw: 'no text' }
  if (parsed.ok) return value as string
  throw new McpRunError('usage', `${place}: this is no image: ${parsed.flaw}`, {
    hint: 'REGISTRY/OWNER/NAME[:TAG]',
  })
}
