import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { execute } from '../../fixtures/internet/execute.ts'

export const SERVER = { name: '@modelcontextprotocol/server-everything', version: '2026.8.31' } as const
/** Says that it needs node 22.12, and runs on 20: so it is asked for by its version, and tried. */
export const SRT = { name: '@anthropic-ai/sandbox-runtime', version: '0.0.83' } as const

export interface Peers {
  /** The server's program, for a node that nobody wraps. */
  readonly server: string
  readonly srt: string
}

/** Installs the server and srt into a folder of the bench's own, with the user's npm and its settings. */
export async function installPeers(folder: string, cache: string): Promise<Peers> {
  const wanted = [SERVER, SRT].map(({ name, version }) => `${name}@${version}`)
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel', 'error']
  await execute(['npm', 'install', '--prefix', folder, '--cache', cache, ...flags, ...wanted])
  const file = (name: string, path: string): string => {
    const found = join(folder, 'node_modules', name, path)
    if (!existsSync(found)) throw new Error(`${name} has no ${path}`)
    return found
  }
  return { server: file(SERVER.name, 'dist/index.js'), srt: file(SRT.name, 'dist/cli.js') }
}
