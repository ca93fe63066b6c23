import type { Distribution } from './report.ts'

/** When the files of a package were uploaded, as far as its indexes say: PEP 700, which PyPI keeps. */
export interface Uploads {
  /** ISO 8601; null: no index says it of this very file. */
  of(distribution: Distribution): string | null
  /** Of each version the first file: milliseconds since 1970. */
  times(name: string): ReadonlyMap<string, number>
}

interface Upload {
  readonly file: string
  readonly sha256: string
  readonly at: number
}

const MAX_FILES = 10_000

/** Reads what client.py found. Nothing of it is believed but what has the form. */
export function readUploads(files: unknown): Uploads {
  const all = typeof files === 'object' && files !== null ? (files as Record<string, unknown>) : {}
  const uploads = (name: string): readonly Upload[] => {
    const found = all[name]
    return Array.isArray(found) ? found.slice(0, MAX_FILES).flatMap(upload) : []
  }
  return {
    of: ({ name, file, sha256 }) => {
      const found = uploads(name).find((one) => one.file === file && one.sha256 === sha256)
      return found === undefined ? null : new Date(found.at).toISOString()
    },
    times: (name) => {
      const times = new Map<string, number>()
      for (const { file, at } of uploads(name)) {
        const version = versionOf(file)
        if (version !== null) times.set(version, Math.min(at, times.get(version) ?? at))
      }
      return times
    },
  }
}

function upload(value: unknown): readonly Upload[] {
  const { file, sha256, at: time } = (value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof file !== 'string' || typeof sha256 !== 'string' || typeof time !== 'string') return []
  const at = Date.parse(time)
  return Number.isNaN(at) ? [] : [{ file, sha256, at }]
}

/** Of a wheel (PEP 427); a source's file does not tell where its name ends. */
function versionOf(file: string): string | null {
  return /^[^-]+-([\w.+!]{1,60})-.*\.whl$/.exec(file)?.[1] ?? null
}
