import { expect, test } from 'vitest'
import { asideTable } from '../../fixtures/payload/aside/measure.ts'
import { scoreTable } from '../../fixtures/payload/measure.ts'
import {
  documented,
  measureAside,
  measureReal,
  measureSet,
  realTable,
} from '../../fixtures/payload/tables.ts'

test('of the labelled requests enough are found, and few are said to be what they are not', async () => {
  const score = await measureSet()
  expect(score.count).toBeGreaterThanOrEqual(500)
  expect(score.recall).toBeGreaterThanOrEqual(0.98)
  expect(score.falseAlarms).toBeLessThanOrEqual(0.01)
  expect(scoreTable(score)).toBe(documented('labelled'))
}, 120_000)

test('of the requests kept aside nothing that was promised is missed, and nothing good is called more than low', async () => {
  const played = await measureAside()
  const promised = played.filter(({ one: { apart } }) => !apart)
  const silent = promised.filter(({ outcome }) => outcome === 'missed')
  expect(silent.map(({ one: { family, variant } }) => `${family}, ${variant}`)).toEqual([])
  const loud = promised.filter(({ one: { label } }) => label === 'good').flatMap(({ alarms }) => alarms)
  expect(loud).toEqual([])
  const bad = promised.filter(({ outcome }) => outcome !== null)
  expect(bad.length).toBeGreaterThanOrEqual(400)
  expect(promised.length - bad.length).toBeGreaterThanOrEqual(300)
  expect(bad.filter(({ outcome }) => outcome === 'too low').length / bad.length).toBeLessThanOrEqual(0.01)
  expect(asideTable(played)).toBe(documented('aside'))
}, 60_000)

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
