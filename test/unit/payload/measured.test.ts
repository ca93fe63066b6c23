import { expect, test } from 'vitest'
import { scoreTable } from '../../fixtures/payload/measure.ts'
import { documented, measureReal, measureSet, realTable } from '../../fixtures/payload/tables.ts'

test('of the labelled requests enough are found, and few are said to be what they are not', async () => {
  const score = await measureSet()
  expect(score.count).toBeGreaterThanOrEqual(500)
  expect(score.recall).toBeGreaterThanOrEqual(0.98)
  expect(score.falseAlarms).toBeLessThanOrEqual(0.01)
  expect(scoreTable(score)).toBe(documented('labelled'))
}, 120_000)

test('nothing that a real server sent is called more than low', async () => {
  const scores = await measureReal()
  expect(scores.length).toBeGreaterThanOrEqual(12)
  const loud = scores.flatMap(({ session, judgements }) =>
    judgements.flatMap(({ request, findings }) =>
      findings
        .filter(({ severity, blocks }) => severity !== 'low' || blocks)
        .map(({ candidate: { field, value }, severity }) => {
          return `${session.server} ${request.method} ${request.path}: ${severity} ${field} ${value}`
        }),
    ),
  )
  expect(loud).toEqual([])
  expect(realTable(scores)).toBe(documented('real'))
}, 60_000)
