import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../../runtime/model/errors.ts'
import { safeName } from '../../runtime/store/store-folder.ts'

/** The host's folder that is the server's HOME, kept from run to run. Throws `store-failed`. */
export function serverHome(store: string, server: string): string {
  const home = join(store, 'homes', safeName(server))
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new McpRunError('store-failed', `The server's home ${home} cannot be made (${code}).`, {
      hint: `See who owns ${store} and whether it can be written, or choose another folder with --store.`,
      cause: error,
    })
  }
  return home
}
