import { createRequire } from 'node:module'
import Database from 'better-sqlite3'

/** Opens a file with SQLite. Throws SQLite's own errors. */
export function openSqlite(file: string, options: Database.Options): Database.Database {
  return new Database(file, { ...options, ...binary() })
}

/** Told where its binary is, better-sqlite3 does not look for it, which takes longer than loading it. */
function binary(): { readonly nativeBinding?: string } {
  try {
    const { resolve } = createRequire(import.meta.url)
    return { nativeBinding: resolve('better-sqlite3/build/Release/better_sqlite3.node') }
  } catch {
    return {}
  }
}
