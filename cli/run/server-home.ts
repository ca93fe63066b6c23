import { lchownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../../runtime/model/errors.ts'
import { safeName } from '../../runtime/store/store-folder.ts'

type Owner = { readonly uid: number; readonly gid: number } | null

/**
 * The host's folder that is the server's HOME, kept from run to run. `owner`: whose it must be, where that is not
 * mcp-run's own user. Throws `store-failed`.
 */
export function serverHome(store: string, server: string, owner: Owner): string {
  const home = join(store, 'homes', safeName(server))
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
    if (owner !== null && lstatSync(home).uid !== owner.uid) give(home, owner)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new McpRunError('store-failed', `The server's home ${home} cannot be made (${code}).`, {
      hint: `See who owns ${store} and whether it can be written, or choose another folder with --store.`,
      cause: error,
    })
  }
  return home
}

/** The folder itself last: until then the next start begins again. Links are given, not followed. */
function give(path: string, owner: NonNullable<Owner>): void {
  if (lstatSync(path).isDirectory()) for (const name of readdirSync(path)) give(join(path, name), owner)
  lchownSync(path, owner.uid, owner.gid)
}
