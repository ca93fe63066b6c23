import { writeSync } from 'node:fs'
import { openJournal } from '../../../runtime/store/open-journal.ts'
import { closed, flow, opened } from '../../unit/store/entries.ts'

// Writes flows with 32 in flight, and says each one's id once its commit has resolved. COUNT of them, or without end.
const [store = '', workerPath = '', session = '', count = 'Infinity'] = process.argv.slice(2)

try {
  const journal = await openJournal({ store, server: 'exa', workerPath })
  await journal.write(opened({ id: session }))
  let made = 0
  const writeAll = async () => {
    while (made < Number(count)) {
      const id = `${session}.${made++}`
      await journal.write(flow({ id, session, address: `203.0.113.${made % 250}` }))
      // At once, so that it is said even if this process ends with the next instruction.
      writeSync(1, `${id}\n`)
    }
  }
  await Promise.all(Array.from({ length: 32 }, writeAll))
  await journal.write(closed(session))
  await journal.close()
} catch (error) {
  writeSync(1, `failed ${JSON.stringify({ ...(error as object), message: (error as Error).message })}\n`)
}
