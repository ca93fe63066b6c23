import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInternet } from '../../fixtures/internet/internet.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { type Patch, patchedBuild } from '../../fixtures/product/patched-build.ts'
import { USERS, type User } from '../../fixtures/product/product.ts'
import { type Barrage, fire, SERVER } from './barrage.ts'
import type { Attack } from './case.ts'
import { type History, readHistory } from './history.ts'
import { arrived, denialOf } from './judge.ts'
import { placeOf, zonesOf } from './place.ts'

export interface Family {
  readonly attacks: readonly Attack[]
  /** Cuts the guard out of the build: then each attack gets through. */
  readonly control: readonly Patch[]
  /** Absent: both. */
  readonly controlUsers?: readonly User[]
  /** More of the profile, beside its destinations. */
  readonly profile?: string
}

/** Every attack against the product and against its copy without the guard, as root and as a plain user. */
export function family({ attacks, control, controlUsers = USERS, profile }: Family): void {
  const cases = attacks.map((attack, index) => ({ attack, place: placeOf(index), index }))
  const scripts = cases.map(({ attack, place }) => {
    return { place, egress: attack.egress?.(place) ?? '', script: attack.script(place) }
  })
  const named = cases.map((one) => ({ ...one, label: `${one.attack.row}: ${one.attack.title}` }))
  let internet: Internet
  beforeAll(async () => {
    const zones = cases.map(({ attack, place }) => ({ ...zonesOf(place), ...attack.zones?.(place) }))
    internet = await startInternet({ zones: Object.assign({}, ...zones) })
  })
  afterAll(() => internet?.close())
  const run = (user: User, dist?: string): Promise<Barrage> => {
    return fire(internet, { user, scripts, ...(dist && { dist }), ...(profile && { profile }) })
  }

  describe.each(USERS)('as %s', (user) => {
    let barrage: Barrage
    let history: History
    beforeAll(async () => {
      barrage = await run(user)
      history = await readHistory(barrage.mcp, SERVER)
    }, 150_000)

    it('runs in a sandbox that has lo and nothing else', () => {
      expect(barrage.links.trim().split('\n')).toEqual([expect.stringMatching(/^1: lo: /)])
      expect(barrage.result.code).toBe(0)
    })

    it.each(named)('denies row $label', ({ attack, place, index }) => {
      const seen = denialOf(attack, place, history)
      expect({ arrived: arrived(attack, place, barrage), ...seen }, barrage.outputs[index]).toEqual({
        arrived: [],
        ...seen.expected,
      })
    })
  })

  describe.each(controlUsers)('without the guard, as %s', (user) => {
    let barrage: Barrage
    beforeAll(async () => {
      const folder = internet.folder(0)
      barrage = await run(user, patchedBuild(folder, control))
    }, 150_000)

    it.each(named)('row $label gets through', ({ attack, place, index }) => {
      expect(arrived(attack, place, barrage), barrage.outputs[index]).not.toEqual([])
    })
  })
}
