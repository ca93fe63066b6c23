import { expect, it } from 'vitest'
import { processToken } from '../../../../runtime/model/process-identity.ts'
import { isAbandoned, LABEL, ownLabels } from '../../../../runtime/sandbox/docker/owner.ts'
import { onPlatform } from '../../../fixtures/on-platform.ts'

const OWNER = `${LABEL}.owner`
const own = ownLabels('tap')
const [, place = ''] = /^\S+ (.*)$/.exec(own[OWNER] ?? '') ?? []

it('says what a container is, and whose', () => {
  expect(own[LABEL]).toBe('tap')
  expect(own[OWNER]).toMatch(/^\d+-\d+-[0-9a-f]+ .+/)
})

it.each<readonly [string, Record<string, string>, boolean]>([
  ['this process', own, false],
  ['another that lives', { [OWNER]: `${processToken(process.ppid)} ${place}` }, false],
  ['one that is gone', { [OWNER]: `${process.pid}-1-abcdef01 ${place}` }, true],
  ['one of another boot, or machine', { [OWNER]: `${process.pid}-1-abcdef01 elsewhere` }, false],
  ['nobody', {}, false],
  ['nonsense', { [OWNER]: `x ${place}` }, true],
])('is abandoned by %s: %o', (_, labels, abandoned) => {
  expect(isAbandoned(labels)).toBe(abandoned)
})

it('knows a neighbour that lives on a system without /proc', () => {
  onPlatform('darwin')
  const [, here = ''] = /^\S+ (.*)$/.exec(ownLabels('tap')[OWNER] ?? '') ?? []
  expect(here).toMatch(/^darwin ./)
  expect(isAbandoned({ [OWNER]: `${processToken(process.ppid)} ${here}` })).toBe(false)
  expect(isAbandoned({ [OWNER]: `${process.ppid}-1-abcdef01 ${here}` })).toBe(true)
})
