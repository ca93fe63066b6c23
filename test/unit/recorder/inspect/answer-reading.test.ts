import { expect, test } from 'vitest'
import type { FlowRecord } from '../../../../runtime/model/flow.ts'
import type { Witness } from '../../../../runtime/model/payload.ts'
import { readAnswer } from '../../../../runtime/recorder/inspect/answer-reading.ts'

const JSON_TYPE = [['content-type', 'application/json']] as const

function setUp(declaration: FlowRecord['declaration'] = 'declared', suspect = false) {
  const happened: string[] = []
  let weighed = (): void => undefined
  const done = new Promise<void>((resolve) => {
    weighed = () => {
      happened.push('weighed')
      resolve()
    }
  })
  const witness = {
    learn: (texts: readonly string[]) => {
      if (texts.includes('x@evil.test')) happened.push('learnt')
    },
  } as unknown as Witness
  const flow = { declaration } as FlowRecord
  const reader = readAnswer({ witness, flow }, { weighed: () => done, suspect }, JSON_TYPE)
  return { reader, happened, weighed }
}

test('what an answer repeats is learnt when its request has been weighed, and before the answer ends', async () => {
  const { reader, happened, weighed } = setUp()
  const written = reader.write(Buffer.from('{"Bcc":"x@evil.test"}'))
  const ended = (async () => {
    await written
    await reader.end()
    happened.push('ended')
  })()
  await new Promise(setImmediate)
  expect(happened).toEqual([])
  weighed()
  await ended
  expect(happened).toEqual(['weighed', 'learnt', 'ended'])
})

test('a host that is not declared gives nothing', async () => {
  const { reader, happened } = setUp('undeclared')
  expect(reader.write(Buffer.from('{"Bcc":"x@evil.test"}'))).toBeUndefined()
  await reader.end()
  expect(happened).toEqual([])
})

test('the answer to a request with a finding gives nothing', async () => {
  const { reader, happened, weighed } = setUp('declared', true)
  weighed()
  await reader.write(Buffer.from('{"Bcc":"x@evil.test"}'))
  await reader.end()
  expect(happened).toEqual(['weighed'])
})
