import type { Engine } from '../../fixtures/engine/engine.ts'

/** What a server's container is made of. */
export interface ServerFiles {
  readonly image: string
  /** The installed package, on this machine and in the container. */
  readonly mount: { readonly source: string; readonly target: string }
  /** In the container; program first. */
  readonly command: readonly string[]
  /** The program's script on this machine. */
  readonly script: string
}

interface Details {
  readonly Path: string
  readonly Args: readonly string[]
  readonly Config: { readonly Image: string }
  readonly Mounts: readonly { readonly Source: string; readonly Destination: string }[]
}

/** What mcp-run's own container of a server, which is running, is made of: what is compared differs in nothing else. */
export async function serverFiles(engine: Engine): Promise<ServerFiles> {
  const running = await engine.containers()
  const server = running.find(({ Labels }) => Labels['io.github.mcp-run'] === 'server')
  if (server === undefined) throw new Error('no container of a server is running')
  const { Path, Args, Config, Mounts } = await engine.ask<Details>(`/containers/${server.Id}/json`)
  const words = [Path, ...Args]
  const within = (word: string) => Mounts.find(({ Destination }) => word.startsWith(`${Destination}/`))
  // The script's own words: node, then the script; a shell of the product's may come before them.
  const at = words.findIndex((word) => within(word) !== undefined)
  const script = words[at] ?? ''
  const mount = within(script)
  if (mount === undefined) throw new Error(`no folder holds a script of ${words.join(' ')}`)
  const { Source: source, Destination: target } = mount
  return {
    image: Config.Image,
    mount: { source, target },
    command: words.slice(at - 1),
    script: source + script.slice(target.length),
  }
}
