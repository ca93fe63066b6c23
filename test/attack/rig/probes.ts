import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../../fixtures/internet/model.ts'
import { type Patch, patchedBuild } from '../../fixtures/product/patched-build.ts'
import { USERS, type User } from '../../fixtures/product/product.ts'
import { startInternet } from '../../fixtures/product/sandbox.ts'
import { type Barrage, type BarrageOptions, fire, SERVER } from './barrage.ts'
import { type History, readHistory } from './history.ts'
import { type HostListener, listenOnHost } from './host-listener.ts'
import { arrivals, historyOf, NOTHING } from './judge.ts'
import { type Measured, measured } from './measure.ts'
import { runOutside } from './outside.ts'
import { type Place, placeOf, zonesOf } from './place.ts'

/** A technique that fails where it is tried, with nothing for the recorder to see. */
export interface Probe {
  readonly row: number
  readonly title: string
  readonly script: (at: Place) => string
  /** What it prints in the sandbox. */
  readonly fails: RegExp
  /** What it prints without the guard. */
  readonly works: RegExp
  /** Where something arrives without the guard. */
  readonly arrives?: 'packets' | 'bytes' | 'host'
}

export interface ProbeFamily {
  readonly probes: readonly Probe[]
  /** Cuts the guard out of the build; or the same is tried on the host, outside of any sandbox. */
  readonly control: readonly Patch[] | 'outside'
  /** Who runs the control. Absent: root. */
  readonly controlUsers?: readonly User[]
  /** On the host, once. Returns what undoes it. */
  readonly prepare?: (internet: Internet) => Promise<() => void>
  readonly options?: Pick<BarrageOptions, 'profile' | 'env' | 'plant'>
}

export function probeFamily(family: ProbeFamily): void {
  const { probes, control, controlUsers = ['root'], prepare, options } = family
  const cases = probes.map((probe, index) => {
    return [`row ${probe.row}: ${probe.title}`, { probe, place: placeOf(index), index }] as const
  })
  const scripts = cases.map(([, { probe, place }]) => ({ egress: '', script: probe.script(place) }))
  let internet: Internet
  let listener: HostListener
  let undo = (): void => undefined
  beforeAll(async () => {
    const places = cases.map(([, { place }]) => place)
    internet = await startInternet({ zones: Object.assign({}, ...places.map(zonesOf)) })
    const ports = places.map(({ port }) => port)
    listener = await listenOnHost(internet, ports)
    undo = (await prepare?.(internet)) ?? undo
  })
  afterAll(async () => {
    undo()
    await internet?.close()
  })
  const run = (user: User, dist?: string): Promise<Barrage> => {
    return fire(internet, { ...options, user, scripts, listener, ...(dist && { dist }) })
  }
  const runWithout = async (
    user: User,
  ): Promise<Measured & { readonly outputs: readonly string[]; readonly told: string }> => {
    if (control !== 'outside') {
      const barrage = await run(user, patchedBuild(internet.folder(0), control))
      return { ...barrage, told: barrage.result.stderr.slice(-2000) }
    }
    const texts = scripts.map(({ script }) => script)
    const { result, ...measures } = await measured(internet, listener, () => {
      return runOutside(internet, user, texts, options?.env)
    })
    return { ...measures, outputs: result, told: '' }
  }
  const attackOf = (probe: Probe) => ({ ...probe, denied: { in: 'flows', reason: 'raw-ip' } }) as const

  describe.each(USERS)('fails, as %s', (user) => {
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

    it.each(cases)('%s', (_, { probe, place, index }) => {
      expect(barrage.outputs[index]).toMatch(probe.fails)
      expect(arrivals(attackOf(probe), place, barrage)).toEqual(NOTHING)
      expect(historyOf(attackOf(probe), place, history).alerts).toEqual([])
    })
  })

  describe.each(controlUsers)('works without the guard, as %s', (user) => {
    let free: Awaited<ReturnType<typeof runWithout>>
    beforeAll(async () => {
      free = await runWithout(user)
    }, 150_000)

    it.each(cases)('%s', (_, { probe, place, index }) => {
      expect(free.outputs[index], free.told).toMatch(probe.works)
      if (probe.arrives === undefined) return
      expect(arrivals(attackOf(probe), place, free)[probe.arrives]).not.toEqual([])
    })
  })
}
