import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type EngineFiles, realFiles } from '../../../../runtime/sandbox/docker/engine-files.ts'

export const HOME = '/home/u'
export const id = (context: string) => createHash('sha256').update(context).digest('hex')
export const meta = (context: string) => `${HOME}/.docker/contexts/meta/${id(context)}/meta.json`
export const tlsFolder = (context: string) => `${HOME}/.docker/contexts/tls/${id(context)}/docker`

/** A small file system in a temporary folder that stands for the whole machine's. */
export async function machine(
  content: { readonly sockets?: readonly string[]; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<EngineFiles & { at(path: string): string }> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'engines-')))
  const at = (path: string) => join(root, path)
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [path, text] of Object.entries(content.files ?? {})) {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text)
  }
  for (const path of content.sockets ?? []) {
    mkdirSync(dirname(at(path)), { recursive: true })
    const listener = createServer()
    await new Promise<void>((resolve) => listener.listen(at(path), resolve))
    onTestFinished(() => void listener.close())
  }
  return {
    at,
    read: (path) => realFiles.read(at(path)),
    exists: (path) => realFiles.exists(at(path)),
    socket: (path) => realFiles.socket(at(path)),
  }
}
