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
  const missing = `--server: nothing is recorded of "${escapeText(server)}" in ${escapeText(store)}`
  const known = all.map((each) => escapeText(each.server)).join(', ')
  if (known === '')
    throw new McpRunError('usage', `${missing}, nor of any other`, { hint: `mcp-run --profile NAME` })
  throw new McpRunError('usage', `${missing}; there is ${known}`, { hint: 'egress report' })
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
