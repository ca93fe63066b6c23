import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { type Attribution, BACKGROUND } from '../../../../runtime/model/call.ts'
import type { Candidate, Provenance, Witness } from '../../../../runtime/model/payload.ts'
import { answerWitness, remoteWitness } from '../../../../runtime/recorder/remote/remote-witness.ts'
import type { WitnessAnswer, WitnessQuestion } from '../../../../runtime/recorder/remote/witness-messages.ts'
import { jsonChannel } from '../../../../runtime/tap/channel.ts'

const CANDIDATE: Candidate = {
  kind: 'mail',
  value: 'é"\n@a.test',
  field: '/Bcc',
  encoding: ['gzip'],
  place: 'recipient',
  sinks: [0],
}
const GIVEN: Provenance = { sources: ['call-arguments'], kind: 'given' }
const ONE: Attribution = {
  kind: 'one',
  calls: [{ id: '1', method: 'tools/call', tool: 'send', startedAt: 7 }],
}

/** Both ends of a channel, and what the witness at the far one was asked. */
function rig(local: Partial<Witness> = {}) {
  const asked: string[] = []
  const toHost = new PassThrough()
  const toRecorder = new PassThrough()
  const recorder = jsonChannel(toRecorder, toHost).as<WitnessAnswer, WitnessQuestion>()
  const host = jsonChannel(toHost, toRecorder).as<WitnessQuestion, WitnessAnswer>()
  answerWitness(host, {
    attribution: () => {
      asked.push('attribution')
      return local.attribution?.() ?? Promise.resolve(ONE)
    },
    weigh: (candidates) => {
      asked.push(`weigh ${JSON.stringify(candidates)}`)
      return local.weigh?.(candidates) ?? Promise.resolve(candidates.map(() => GIVEN))
    },
    learn: (texts) => asked.push(`learn ${texts}`),
  })
  return { asked, witness: remoteWitness(recorder), end: () => toRecorder.end() }
}

describe('a witness over a channel', () => {
  it('answers as the one at the other end', async () => {
    const { witness, asked } = rig()
    expect(await witness.attribution()).toEqual(ONE)
    expect(await witness.weigh([CANDIDATE, CANDIDATE])).toEqual([GIVEN, GIVEN])
    expect(await witness.weigh([])).toEqual([])
    expect(asked).toEqual(['attribution', `weigh ${JSON.stringify([CANDIDATE, CANDIDATE])}`, 'weigh []'])
  })

  it('keeps the order of what is learnt and asked', async () => {
    const { witness, asked } = rig()
    witness.learn(['a'])
    const first = witness.weigh([])
    witness.learn(['b', 'c'])
    const second = witness.attribution()
    witness.learn(['d'])
    await Promise.all([first, second, witness.weigh([])])
    expect(asked).toEqual(['learn a', 'weigh []', 'learn b,c', 'attribution', 'learn d', 'weigh []'])
  })

  it('gives each question its own answer, in whatever order they are found', async () => {
    const waiting: ((attribution: Attribution) => void)[] = []
    const { witness } = rig({ attribution: () => new Promise((resolve) => waiting.push(resolve)) })
    const [first, second] = [witness.attribution(), witness.attribution()]
    await witness.weigh([])
    waiting[1]?.(ONE)
    expect(await second).toEqual(ONE)
    waiting[0]?.(BACKGROUND)
    expect(await first).toEqual(BACKGROUND)
  })

  it('rejects what could not be answered, and that alone', async () => {
    const { witness } = rig({ weigh: () => Promise.reject(new Error('no room')) })
    await expect(witness.weigh([CANDIDATE])).rejects.toMatchObject({
      code: 'recorder-failed',
      message: 'Error: no room',
    })
    expect(await witness.attribution()).toEqual(ONE)
  })

  it('rejects every question when the other end is gone', async () => {
    const { witness, end } = rig({ attribution: () => new Promise(() => undefined) })
    const open = witness.attribution()
    end()
    await expect(open).rejects.toMatchObject({ code: 'recorder-failed', message: 'mcp-run is gone' })
    await expect(witness.weigh([CANDIDATE])).rejects.toMatchObject({ code: 'recorder-failed' })
  })
})
