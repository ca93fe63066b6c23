import { McpRunError } from '../../model/errors.ts'
import type { Witness } from '../../model/payload.ts'
import type { Channel } from '../../tap/channel.ts'
import type { WitnessAnswer, WitnessQuestion } from './witness-messages.ts'

/**
 * The witness of a recorder that does not hear the conversation: mcp-run, at the other end of the channel, answers.
 * Once it is gone every question is rejected, also those that wait: what cannot be weighed must not pass.
 */
export function remoteWitness(channel: Channel<WitnessAnswer, WitnessQuestion>): Witness {
  const waiting = new Map<number, Waiting>()
  let count = 0
  let gone: McpRunError | null = null
  const answered = (answer: WitnessAnswer): void => {
    waiting.get(answer.id)?.resolve(answer)
    waiting.delete(answer.id)
  }
  channel.on('witness-attributed', answered)
  channel.on('witness-weighed', answered)
  channel.on('witness-failed', answered)
  void channel.ended.then(() => {
    gone = failure('mcp-run is gone')
    for (const { reject } of waiting.values()) reject(gone)
    waiting.clear()
  })
  const ask = (question: Asked): Promise<WitnessAnswer> => {
    if (gone !== null) return Promise.reject(gone)
    const id = ++count
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      channel.send({ ...question, id })
    })
  }
  return {
    attribution: async () => {
      const answer = await ask({ kind: 'witness-attribution' })
      if (answer.kind !== 'witness-attributed') throw noAnswer(answer)
      return answer.attribution
    },
    weigh: async (candidates) => {
      const answer = await ask({ kind: 'witness-weigh', candidates })
      if (answer.kind !== 'witness-weighed') throw noAnswer(answer)
      return answer.provenances
    },
    learn: (texts) => channel.send({ kind: 'witness-learn', texts }),
  }
}

/** The other end. Questions reach the witness in the order in which they were sent, whatever they wait for. */
export function answerWitness(channel: Channel<WitnessQuestion, WitnessAnswer>, witness: Witness): void {
  const answer = (id: number, found: Promise<WitnessAnswer>): void => {
    found.then(channel.send, (error: unknown) => {
      channel.send({ kind: 'witness-failed', id, message: String(error) })
    })
  }
  channel.on('witness-attribution', ({ id }) => {
    const found = witness.attribution()
    answer(
      id,
      found.then((attribution) => ({ kind: 'witness-attributed', id, attribution })),
    )
  })
  channel.on('witness-weigh', ({ id, candidates }) => {
    const found = witness.weigh(candidates)
    answer(
      id,
      found.then((provenances) => ({ kind: 'witness-weighed', id, provenances })),
    )
  })
  channel.on('witness-learn', ({ texts }) => witness.learn(texts))
}

type Asked =
  | Omit<Extract<WitnessQuestion, { kind: 'witness-attribution' }>, 'id'>
  | Omit<Extract<WitnessQuestion, { kind: 'witness-weigh' }>, 'id'>

interface Waiting {
  readonly resolve: (answer: WitnessAnswer) => void
  readonly reject: (error: McpRunError) => void
}

function noAnswer(answer: WitnessAnswer): McpRunError {
  return failure(answer.kind === 'witness-failed' ? answer.message : 'the answer is to another question')
}

function failure(message: string): McpRunError {
  return new McpRunError('recorder-failed', message)
}
