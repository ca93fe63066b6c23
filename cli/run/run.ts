import { setImmediate } from 'node:timers/promises'
import { numberOf } from '../../runtime/sandbox/linux-signals.ts'
import { startStoreThread } from '../../runtime/store/open-journal.ts'
import { exitAtOnce } from '../exit.ts'
import { ownPaths } from '../paths.ts'
import type { RunArguments } from './arguments.ts'
import { chooseBackend } from './backend.ts'
import { startTiming } from './timing.ts'

/**
 * Starts the server and carries its conversation until it ends; resolves with the exit code. The sandbox comes
 * first: its namespace is made while the rest of mcp-run is loaded and the profile is read.
 */
export async function run(args: RunArguments): Promise<number> {
  const timing = startTiming()
  timing.mark('mcp-run')
  const paths = ownPaths()
  const chosen = await chooseBackend(args, paths)
  const { backend } = chosen
  const sandbox = backend.open()
  process.once('exit', () => sandbox.destroy())
  endOnEarlySignals()
  await outgoing()
  const storeThread = startStoreThread(paths.storeWorker)
  try {
    const { serve } = await import('./serve.ts')
    timing.mark('loaded')
    return await serve(args, { paths, chosen, sandbox, storeThread, timing })
  } catch (error) {
    sandbox.destroy()
    throw error
  }
}

/** Until the conversation listens for signals: what is being started then ends as well, whatever it is at. */
function endOnEarlySignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      if (process.listenerCount(signal) === 0) void exitAtOnce(128 + numberOf(signal))
    })
  }
}

/** Two turns of the event loop: one connects, the next sends what an engine is asked before this process is busy loading. */
async function outgoing(): Promise<void> {
  await setImmediate()
  await setImmediate()
}
