import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type NodeRuntime, runtimeKey } from '../../model/node-runtime.ts'
import { attach } from './attached.ts'
import { type Engine, engineError } from './engine.ts'
import { ownLabels } from './owner.ts'

const PROBE = `
const { realpathSync } = require('node:fs')
const npm = realpathSync(require('node:path').join(process.execPath, '../../lib/node_modules/npm/bin/npm-cli.js'))
process.stdout.write(JSON.stringify({ node: process.execPath, npmCli: npm, version: process.version, arch: process.arch }))
`

/** The node and npm of an image: asked of it once, then kept in the store under the image's own name. */
export async function nodeRuntimeOf(engine: Engine, image: string, store: string): Promise<NodeRuntime> {
  const kept = keptRuntime(image, store)
  if (kept !== null) return kept
  const runtime = parse(await probe(engine, image, ['node', '-e', PROBE]))
  if (runtime === null) {
    throw engineError(`the image ${image} has no node and npm that work`, 'its answer cannot be read')
  }
  keepRuntime(runtime, image, store)
  return runtime
}

export function keepRuntime(runtime: object, image: string, store: string): void {
  try {
    const file = fileOf(image, store)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(file, JSON.stringify(runtime))
  } catch {
    // The next start asks again; what else needs the store says what is wrong with it.
  }
}

/** What the store has of it; null: it was never asked. */
export function keptRuntime<T extends object = NodeRuntime>(image: string, store: string): T | null {
  return read(fileOf(image, store))
}

function fileOf(image: string, store: string): string {
  return join(store, 'images', `${image.replaceAll(/[^\w.-]/g, '_')}.json`)
}

/** What a program of the image says of it. */
export async function probe({ api }: Engine, image: string, command: readonly string[]): Promise<string> {
  try {
    const container = await api.createContainer({
      Image: image,
      Entrypoint: [...command],
      Labels: ownLabels('probe'),
      AttachStdout: true,
      AttachStderr: true,
      HostConfig: {
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        AutoRemove: true,
        LogConfig: { Type: 'none', Config: {} },
      },
    })
    const { stdout, stderr } = await attach(container, false)
    await container.start()
    const said = await Promise.all([text(stdout), text(stderr)])
    return said.join('')
  } catch (error) {
    throw engineError(`the image ${image} has no ${command[0]} that works`, error)
  }
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  let all = ''
  for await (const chunk of stream) all = (all + chunk).slice(0, 4096)
  return all
}

function read<T>(file: string): T | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

function parse(answer: string): NodeRuntime | null {
  try {
    const { node, npmCli, version, arch } = JSON.parse(answer) as Record<string, string>
    if (!node?.startsWith('/') || !npmCli?.startsWith('/') || !/^v\d+\./.test(version ?? '')) return null
    return {
      node,
      npmCli,
      shows: [],
      version: version as string,
      key: runtimeKey(version as string, arch ?? '', 'image'),
    }
  } catch {
    return null
  }
}
