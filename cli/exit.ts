import { isLinux } from '../runtime/model/host.ts'

/**
 * Ends this process at once. An orderly exit waits for the host's look-ups under way, which take up to half a minute;
 * elsewhere than on Linux nothing is looked up here: the recorder is a container.
 */
export async function exitAtOnce(code: number): Promise<void> {
  if (isLinux()) (await import('../runtime/tap/libc.ts')).exitNow(code)
  process.exit(code)
}
