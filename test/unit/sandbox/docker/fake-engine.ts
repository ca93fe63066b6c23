import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import Docker from 'dockerode'
import { onTestFinished } from 'vitest'

export interface Asked {
  readonly method: string
  readonly path: string
  /** Null where there was none. */
  readonly body: { readonly [field: string]: unknown } | null
}

export interface FakeEngine {
  readonly api: Docker
  readonly asked: readonly Asked[]
  /** Resolves with the first request that was or will be so. */
  until(wanted: (asked: Asked) => boolean): Promise<Asked>
}

/** An engine that makes any container, numbered from 1, starts and removes it, and never tells of its end; it has those images. */
export async function fakeEngine(images: readonly object[] = []): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'))
  const asked: Asked[] = []
  const waiting = new Set<() => void>()
  let made = 0
  const server = createServer(async (request, answer) => {
    const { method = '', url: path = '' } = request
    const sent = await text(request)
    asked.push({ method, path, body: sent === '' ? null : JSON.parse(sent) })
    for (const look of waiting) look()
    if (path.includes('/wait')) return
    const json = (status: number, said: unknown) => {
      answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said))
    }
    if (path.startsWith('/containers/create')) return json(201, { Id: String(++made) })
    if (path.startsWith('/images/json')) return json(200, images)
    answer.writeHead(204).end()
  })
  const socketPath = join(folder, 's')
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
    rmSync(folder, { recursive: true })
  })
  return {
    api: new Docker({ socketPath }),
    asked,
    until: (wanted) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = asked.find(wanted)
          if (found !== undefined) resolve(found)
        }
        waiting.add(look)
        look()
      }),
  }
}
