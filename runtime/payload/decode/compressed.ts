import * as zlib from 'node:zlib'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'

export type Compression = 'gzip' | 'deflate' | 'zstd'

/** What bytes begin like, as far as this reads it. Brotli has no mark. */
export function compressionOf(bytes: Buffer): Compression | null {
  if (isGzip(bytes)) return 'gzip'
  if (bytes.length > 4 && bytes.readUInt32LE(0) === 0xfd2fb528) return 'zstd'
  return bytes[0] === 0x78 && ZLIB_FLAGS.has(bytes[1] ?? 0) ? 'deflate' : null
}

/** RFC 1952, 2.3: one method, and three flags that are never set. */
function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8 && ((bytes[3] ?? 0) & 0xe0) === 0
}

/** Of zlib's four levels, with its usual window. */
const ZLIB_FLAGS = new Set([0x01, 0x5e, 0x9c, 0xda])

/** RFC 1950, 2.2: the method, its window, and a check sum over both bytes. */
export function isZlib(bytes: Buffer): boolean {
  const [method = 0, flags = 0] = bytes
  return (method & 0x0f) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0
}

/** Archives and documents whose text is not plain in them, by how they begin. */
export function sealedKind(bytes: Buffer): string | null {
  const start = bytes.toString('latin1', 0, 8)
  return SEALED.find(([mark]) => start.startsWith(mark))?.[1] ?? null
}

const SEALED: readonly (readonly [mark: string, kind: string])[] = [
  ['PK\x03\x04', 'a zip archive'],
  ['%PDF-', 'a PDF document'],
  ['7z\xbc\xaf', 'a 7z archive'],
  ['Rar!\x1a', 'a rar archive'],
  ['\xfd7zXZ', 'xz'],
  ['BZh91AY&', 'bzip2'],
  ['\xd0\xcf\x11\xe0', 'an old office document'],
]

/** The bytes, at most `limit`; null where they are damaged, more, or in a form that this Node cannot read. */
export function decompressed(bytes: Buffer, compression: Compression | 'br', limit: number): Buffer | null {
  try {
    return READERS[compression]?.(bytes, { maxOutputLength: Math.max(1, limit) }) ?? null
  } catch {
    return null
  }
}

type Reader = (bytes: Buffer, options: { readonly maxOutputLength: number }) => Buffer

const READERS: Readonly<Record<Compression | 'br', Reader | undefined>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: 'zstdDecompressSync' in zlib ? (zlib.zstdDecompressSync as Reader) : undefined,
}
