import { McpRunError } from '../../model/errors.ts'
import { escapeText } from '../../model/text.ts'
import { storeError } from '../store-error.ts'
import { listServers, type ServerFile, safeName } from '../store-folder.ts'
import { type History, openHistory } from './history.ts'

/** The servers asked for: all of the store, or the one named. Throws `usage` when there is none of that name. */
export function chooseServers(store: string, server: string | undefined): readonly ServerFile[] {
  const all = serversOf(store)
  if (server === undefined) return all
  const chosen = all.filter(({ file }) => file.endsWith(`/${safeName(server)}.sqlite`))
  if (chosen.length > 0) return chosen
  const known = all.map((each) => escapeText(each.server)).join(', ')
  throw new McpRunError('usage', `--server: there is no history of "${escapeText(server)}" in ${store}.`, {
    hint: known === '' ? 'Nothing has been recorded there yet.' : `There is one of: ${known}.`,
  })
}

/** Calls `use` with each server's history. A file that cannot be read goes to `onError`; the others still count. */
export function eachHistory(
  servers: readonly ServerFile[],
  now: number,
  use: (history: History) => void,
  onError: (error: McpRunError) => void,
): void {
  for (const server of servers) {
    try {
      const history = openHistory(server, now)
      try {
        use(history)
      } finally {
        history.close()
      }
    } catch (error) {
      onError(storeError(error, server.file))
    }
  }
}

function serversOf(store: string): ServerFile[] {
  try {
    return listServers(store)
  } catch (error) {
    throw storeError(error, store)
  }
}
