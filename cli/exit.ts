import { isLinux } from '../runtime/model/host.ts'

/**
 * Ends this process at once, when what is to be done at its exit is done. An orderly exit waits for the host's look-ups
 * under way, which take up to half a minute; elsewhere than on Linux nothing is looked up here: the recorder is a container.
 */
export async function exitAtOnce(code: number): Promise<void> {
  process.emit('exit', code)
  try {
    if (isLinux()) (await import('../runtime/tap/libc.ts')).exitNow(code)
  } catch {
    // Without koffi no server was started, and nothing was looked up.
  }
  process.exit(code)
}
