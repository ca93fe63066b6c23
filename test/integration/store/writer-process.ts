import { writeSync } from 'node:fs'
import { openJournal } from '../../../runtime/store/open-journal.ts'
import { closed, during, flow, opened, request, requestEnded } from '../../unit/store/entries.ts'

// Writes flows, or requests over one flow, with 32 in flight, and says each one's id once its commit has resolved.
// COUNT of them, or without end. Every second request ends.
const [store = '', workerPath = '', session = '', count = 'Infinity', what = 'flows'] = process.argv.slice(2)

try {
  const journal = await openJournal({ store, server: 'exa', workerPath })
  await journal.write(opened({ id: session }))
  if (what === 'requests') await journal.write(flow({ id: 'carrier', session, inspection: 'inspected' }))
  let made = 0
  const writeAll = async () => {
    while (made < Number(count)) {
      const id = `${session}.${made++}`
      if (what === 'requests') {
        const end = made % 2 === 0 ? [requestEnded({ request: id })] : []
        const attribution = during(`tool${made % 7}`)
        await journal.write(request({ id, session, flow: 'carrier', attribution }), ...end)
      } else {
        await journal.write(flow({ id, session, address: `203.0.113.${made % 250}` }))
      }
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
