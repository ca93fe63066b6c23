import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { openNpmLibrary } from './npm-library.ts'
import type { FetchPlan } from './plan.ts'

/** As npm fetches an archive, with what it has for that address; but a server may send without an end, or too slowly. */
export async function fetchArchive(plan: FetchPlan): Promise<void> {
  const { npmCli, settings, url, to, maxBytes, slowest } = plan
  const library = await openNpmLibrary(npmCli, settings)
  const { body } = await library.fetch(url, { ...library.options, cache: null })
  const late = new AbortController()
  let bytes = 0
  let before = 0
  const watch = setInterval(() => {
    if (bytes - before < slowest.bytesPerSecond * slowest.seconds) late.abort()
    before = bytes
  }, slowest.seconds * 1000)
  async function* counted(chunks: AsyncIterable<string | Buffer>): AsyncGenerator<string | Buffer> {
    for await (const chunk of chunks) {
      bytes += chunk.length
      if (bytes > maxBytes) throw new Error(`it is larger than ${maxBytes / 1024 / 1024} MiB`)
      yield chunk
    }
  }
  const file = createWriteStream(to, { flags: 'wx', mode: 0o600 })
  try {
    await pipeline(body, counted, file, { signal: late.signal })
  } catch (error) {
    if (!late.signal.aborted) throw error
    throw new Error(
      `it comes too slowly: less than ${slowest.bytesPerSecond} bytes a second for ${slowest.seconds} s`,
    )
  } finally {
    clearInterval(watch)
  }
}
