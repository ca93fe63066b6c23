import { createHash } from 'node:crypto'
import { constants, createReadStream, type ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import { isPackageName } from './package-spec.ts'

/** What an archive says of itself. */
export interface ArchiveManifest {
  readonly name: string
  readonly version: string
  /** Whether npm would run something of it to make of a repository what is installed. */
  readonly prepares: boolean
}

/** More is neither read nor fetched. */
export const MAX_ARCHIVE_BYTES = 512 * 1024 * 1024
/** What comes more slowly for so long is not waited for. */
export const SLOWEST = { bytesPerSecond: 1024, seconds: 60 } as const
/** So much is looked through for the package.json, unpacked: a few bytes may unpack to any length. */
const MAX_UNPACKED_BYTES = 2 * 1024 * 1024 * 1024
const MAX_MANIFEST_BYTES = 4 * 1024 * 1024
const BLOCK = 512

/**
 * Reads an archive once, from its first byte to its last: what is given on is what was hashed. Returns its subresource
 * integrity. `what` is for the message. Throws `usage` where it is no file to be read.
 */
export async function readArchive(
  path: string,
  what: string,
  {
    give = () => undefined,
    follow = true,
  }: {
    readonly give?: (bytes: Buffer) => void
    /** Whether it may be a link: where a person named it, and no sandbox wrote it. */
    readonly follow?: boolean
  } = {},
): Promise<string> {
  const digest = createHash('sha512')
  let bytes = 0
  try {
    // A pipe would be waited for.
    const file = await open(
      path,
      constants.O_RDONLY | constants.O_NONBLOCK | (follow ? 0 : constants.O_NOFOLLOW),
    )
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw new Error('it is no file')
      for await (const chunk of file.createReadStream({ autoClose: false })) {
        bytes += chunk.length
        if (bytes > MAX_ARCHIVE_BYTES)
          throw new Error(`it is larger than ${MAX_ARCHIVE_BYTES / 1024 / 1024} MiB`)
        digest.update(chunk)
        give(chunk)
      }
    } finally {
      await file.close()
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : message
    throw new McpRunError('usage', `${escapeText(what, 300)} cannot be read: ${escapeText(why, 300)}`, {
      hint: 'name an archive that npm pack made, or a folder that is built',
      cause,
    })
  }
  return `sha512-${digest.digest('base64')}`
}

/**
 * Name and version by the package.json in the folder that the archive holds. npm reads it in its own way: what it makes of
 * the archive is compared with this. Throws `usage` where there is none that can be used.
 */
export async function readArchiveManifest(path: string, what: string): Promise<ArchiveManifest> {
  const text = await manifestText(path).catch((error: Error) => {
    throw flawed(what, error.message)
  })
  if (text === null) throw flawed(what, 'it holds no package.json in a folder of its own')
  let manifest: unknown
  try {
    manifest = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    throw flawed(what, 'its package.json is not JSON')
  }
  const { name, version, scripts } = (manifest ?? {}) as Readonly<Record<string, unknown>>
  if (typeof name !== 'string' || !isPackageName(name))
    throw flawed(what, `its package.json has no name that npm takes: ${escapeText(String(name), 100)}`)
  if (typeof version !== 'string' || !/^v?\d+\.\d+\.\d+[\w.+-]{0,200}$/.test(version))
    throw flawed(what, `its package.json has no version that npm takes: ${escapeText(String(version), 100)}`)
  const declared = typeof scripts === 'object' && scripts !== null ? scripts : {}
  const prepares = ['prepare', 'prepack'].some((script) => Object.hasOwn(declared, script))
  return { name, version, prepares }
}

function flawed(what: string, why: string): McpRunError {
  return new McpRunError('usage', `${escapeText(what, 300)} is no package: ${escapeText(why, 300)}`, {
    hint: 'npm pack makes such archives',
  })
}

/** POSIX ustar: a header of one block, then the content in whole blocks. */
async function manifestText(path: string): Promise<string | null> {
  const chunks = unpacked(path)
  const blocks = blockReader(chunks)
  try {
    for (;;) {
      const header = await blocks(BLOCK)
      if (header.length < BLOCK || header[0] === 0) return null
      const size = sizeOf(header)
      const padded = Math.ceil(size / BLOCK) * BLOCK
      if (!isManifest(header)) {
        await blocks(padded, false)
        continue
      }
      if (size > MAX_MANIFEST_BYTES) throw new Error('its package.json is too large')
      return (await blocks(padded)).toString('utf8', 0, size)
    }
  } finally {
    await chunks.return(undefined)
  }
}

function isManifest(header: Buffer): boolean {
  const field = (from: number, length: number) =>
    header.toString('utf8', from, from + length).replace(/\0.*$/s, '')
  const prefix = header.toString('latin1', 257, 262) === 'ustar' ? field(345, 155) : ''
  const path = prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`
  const type = String.fromCharCode(header[156] ?? 0)
  return /^[0\0]$/.test(type) && /^[^/]+\/package\.json$/.test(path)
}

/** Octal, in text. */
function sizeOf(header: Buffer): number {
  const text = header.toString('latin1', 124, 136).replace(/[\0 ]+$/, '')
  if (!/^ *[0-7]{1,11}$/.test(text)) throw new Error('it is no tar archive')
  return Number.parseInt(text.trim(), 8)
}

/** As npm: what does not begin as gzip is a plain tar. */
async function* unpacked(path: string): AsyncGenerator<Buffer, undefined> {
  const file = await open(path, 'r')
  const head = Buffer.alloc(2)
  await file.read(head, 0, 2, 0).finally(() => file.close())
  const source: ReadStream = createReadStream(path)
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const stream = isGzip ? source.pipe(createGunzip()) : source
  let bytes = 0
  try {
    for await (const chunk of stream) {
      bytes += chunk.length
      if (bytes > MAX_UNPACKED_BYTES) throw new Error('no package.json comes within its first 2 GiB')
      yield chunk
    }
  } finally {
    source.destroy()
    stream.destroy()
  }
}

/** Gives so many bytes, fewer at the end; with `keep` false it passes over them. */
function blockReader(chunks: AsyncIterator<Buffer, undefined>) {
  let rest: Buffer = Buffer.alloc(0)
  return async (length: number, keep = true): Promise<Buffer> => {
    const taken: Buffer[] = []
    let missing = length
    while (missing > 0) {
      if (rest.length === 0) {
        const { value, done } = await chunks.next()
        if (done === true) break
        rest = value
      }
      const part = rest.subarray(0, missing)
      rest = rest.subarray(part.length)
      missing -= part.length
      if (keep) taken.push(part)
    }
    return Buffer.concat(taken)
  }
}
