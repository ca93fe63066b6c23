import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../../fixtures/internet/model.ts'
import { type Patch, patchedBuild } from '../../fixtures/product/patched-build.ts'
import { USERS, type User } from '../../fixtures/product/product.ts'
import { SANDBOX, startInternet } from '../../fixtures/product/sandbox.ts'
import { type Barrage, fire, SERVER } from './barrage.ts'
import type { Attack } from './case.ts'
import { type History, readHistory } from './history.ts'
import { type HostListener, listenOnHost } from './host-listener.ts'
import { arrivals, historyOf, NOTHING } from './judge.ts'
import { placeOf, zonesOf } from './place.ts'

export interface Family {
  readonly attacks: readonly Attack[]
  /** Cuts the guard out of the build: then each attack gets through. */
  readonly control: readonly Patch[]
  /** Who runs the copy without the guard. Absent: root alone, since the guard is the same for both. */
  readonly controlUsers?: readonly User[]
  /** More of the profile, beside its destinations. */
  readonly profile?: string
  /** Commands on the host, beforehand. */
  readonly prepare?: readonly (readonly string[])[]
}

/** What must be seen at the far end when an attack of that kind gets through. */
const PROOF = { dns: 'queries', flows: 'bytes', drops: 'packets' } as const

/** Every attack against the product and against its copy without the guard, as root and as a plain user. */
export function family({ attacks, control, controlUsers = ['root'], profile, prepare = [] }: Family): void {
  const cases = attacks.map((attack, index) => {
    const place = { ...placeOf(index), ...(attack.port !== undefined && { port: attack.port }) }
    return [`row ${attack.row}: ${attack.title}`, { attack, place, index }] as const
  })
  const controlled = cases.filter(([, { attack }]) => SANDBOX !== 'docker-recorder' || !attack.byHost)
  const scripts = cases.map(([, { attack, place }]) => {
    return { egress: attack.egress?.(place) ?? '', script: attack.script(place) }
  })
  let internet: Internet
  let listener: HostListener
  beforeAll(async () => {
    const zones = cases.map(([, { attack, place }]) => ({ ...zonesOf(place), ...attack.zones?.(place) }))
    internet = await startInternet({ zones: Object.assign({}, ...zones) })
    for (const argv of prepare) await internet.run(argv)
    listener = await listenOnHost(
      internet,
      cases.map(([, { place }]) => place.port),
    )
  })
  afterAll(() => internet?.close())
  const run = (user: User, dist?: string): Promise<Barrage> => {
    return fire(internet, { user, scripts, listener, ...(dist && { dist }), ...(profile && { profile }) })
  }

  describe.each(USERS)('denied, as %s', (user) => {
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

    it.each(cases)('%s', (_, { attack, place, index }) => {
      const output = barrage.outputs[index]
      expect(arrivals(attack, place, barrage), output).toEqual(NOTHING)
      const { denied } = attack
      const found = historyOf(attack, place, history)
      expect(found[denied.in], output).toContainEqual(
        expect.objectContaining({ action: 'denied', reason: denied.reason, ...denied.row?.(place) }),
      )
      const reasons = found.alerts.map(({ reason }) => reason)
      expect(reasons.sort(), output).toEqual([...(denied.alerts ?? [denied.reason])].sort())
      if (denied.severity === undefined) return
      const alert = found.alerts.find(({ reason }) => reason === denied.reason)
      expect(alert?.severity).toBe(denied.severity)
    })
  })

  describe.each(controlUsers)('gets through without the guard, as %s', (user) => {
    let barrage: Barrage
    beforeAll(async () => {
      const folder = internet.folder(0)
      barrage = await run(user, patchedBuild(folder, control))
    }, 150_000)

    it.each(controlled)('%s', (_, { attack, place, index }) => {
      const got = arrivals(attack, place, barrage)[attack.proof ?? PROOF[attack.denied.in]]
      const told = `${barrage.outputs[index]}\n${barrage.result.stderr.slice(-2000)}`
      expect(got, told).not.toEqual([])
    })
  })
}
