import { type History, openHistory } from '../../runtime/store/read/history.ts'
import { chooseServers } from '../../runtime/store/read/servers.ts'
import { storeError } from '../../runtime/store/store-error.ts'
import { print } from './output.ts'

/** Lines that are written together. */
const LINES = 200

/** Prints one server's rows as they are read, whatever their number. */
export async function listRows<Row>(
  { store, server, now }: { store: string; server: string; now: number },
  read: (history: History) => Iterable<Row>,
  { header, line }: { header: string | null; line: (row: Row, history: History) => string },
): Promise<number> {
  const [file] = chooseServers(store, server)
  if (file === undefined) return 0
  const history = openHistory(file, now)
  try {
    let waiting = header === null ? [] : [`${header}\n`]
    for (const row of read(history)) {
      waiting.push(`${line(row, history)}\n`)
      if (waiting.length < LINES) continue
      await print(waiting.join(''))
      waiting = []
    }
    await print(waiting.join(''))
    return 0
  } catch (error) {
    throw storeError(error, file.file)
  } finally {
    history.close()
  }
}
