import type { RequestHead } from './head-reader.ts'
import { bodyDecoder, newMessage } from './message-reader.ts'

export interface ResponseReaderOptions {
  readonly headers: RequestHead['headers']
  /** Texts that stand in the response and what they say decoded, in batches; some come twice. */
  readonly onTexts: (texts: readonly string[]) => void
}

export interface ResponseReader {
  write(chunk: Buffer): Promise<void> | void
  end(): Promise<{ readonly unread: string | null }>
}

/** Reads a response as a request is read, for what the server was given by it. */
export function responseReader({ headers, onTexts }: ResponseReaderOptions): ResponseReader {
  let batch: string[] = []
  let size = 0
  const give = (): void => {
    if (batch.length === 0) return
    onTexts(batch)
    batch = []
    size = 0
  }
  const message = newMessage({ rules: [], sharing: false, all: true }, (text) => {
    batch.push(text)
    size += text.length
    if (batch.length >= MAX_TEXTS || size >= MAX_SIZE) give()
  })
  for (const [name, value] of headers) {
    message.unfold.text(value, {
      field: message.fields.outside('header', name.toLowerCase()),
      encoding: [],
      layers: 0,
      whole: true,
    })
  }
  const body = bodyDecoder(message, headers)
  return {
    // What a chunk says is given with it: an answer may be a stream that goes on for hours.
    write: (chunk) => {
      const read = body.write(chunk)
      if (read !== undefined) return read.then(give)
      give()
    },
    end: async () => {
      await body.end()
      give()
      return { unread: message.work.unread }
    },
  }
}

const MAX_TEXTS = 256
const MAX_SIZE = 65_536
