import { responseReader } from '../../payload/response-reader.ts'
import type { BodyReader } from './carry-body.ts'
import type { Field, InspectedFlow } from './inspection.ts'
import type { RequestReading } from './request-reading.ts'

export interface AnswerReading extends BodyReader {
  end(): Promise<void>
}

const UNREAD: AnswerReading = { write: () => undefined, end: async () => undefined }

/**
 * Reads an answer for what it gives the server. That is learnt before the server has it, and not before what it
 * answers has been weighed: an answer often repeats its request, and what was sent would explain itself. The answer to
 * a request that names what nobody gave, or uses somebody else's credential, gives nothing: it is whose it asks.
 */
export function readAnswer(
  { witness, flow }: Pick<InspectedFlow, 'witness' | 'flow'>,
  reading: Pick<RequestReading, 'weighed' | 'suspect'>,
  headers: readonly Field[],
): AnswerReading {
  if (witness === null || flow.declaration !== 'declared') return UNREAD
  let learning: Promise<void> | null = null
  const onTexts = (texts: readonly string[]): void => {
    const before = learning ?? reading.weighed()
    learning = before.then(() => {
      if (!reading.suspect) witness.learn(texts)
    })
  }
  const reader = responseReader({ headers: headers as [string, string][], onTexts })
  const learnt = async (): Promise<void> => {
    await learning
    learning = null
  }
  return {
    write: (chunk) => {
      const read = reader.write(chunk)
      if (read !== undefined) return read.then(learnt)
      return learning === null ? undefined : learnt()
    },
    end: async () => {
      await reader.end()
      await learnt()
    },
  }
}
