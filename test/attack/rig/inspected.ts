import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reason } from '../../../runtime/model/verdict.ts'
import { type Patch, patchedBuild } from '../../fixtures/product/patched-build.ts'
import { USERS, type User } from '../../fixtures/product/product.ts'
import { type Barrage, fire, SERVER } from './barrage.ts'
import { type AlertLine, type FlowLine, type RequestLine, readHistory, readRequests } from './history.ts'
import { type BadCertificate, type InspectedWorld, inspectedWorld } from './inspected-world.ts'

/** A case's own names, all of which lead to one stand-in, which reads every request. */
export interface InspectedPlace {
  /** Registrable, undeclared. */
  readonly domain: string
  /** Below it; declared, and inspected. */
  readonly host: string
  /** What must not arrive has it in its path. */
  readonly mark: string
}

/** A request that reads well from outside, at a declared host whose TLS is read. */
export interface InspectedAttack {
  /** Of docs/attacks.md. */
  readonly row: number
  readonly title: string
  /** Entries of `egress:`. Absent: the host on 443, inspected. */
  readonly egress?: (at: InspectedPlace) => string
  /** In place of one that is valid; then the case has an address of its own. */
  readonly certificate?: BadCertificate
  /** Entries of `sinks:`. */
  readonly sinks?: (at: InspectedPlace) => string
  readonly script: (at: InspectedPlace) => string
  /** The parser refuses it as well: it gets through nowhere when the policy alone is cut out. */
  readonly byParserToo?: true
  readonly denied: {
    /** `flows`: the connection, before any request. */
    readonly in: 'requests' | 'flows'
    readonly reason: Reason
    /** Kinds of all alerts. */
    readonly alerts: readonly string[]
  }
}

export interface InspectedFamily {
  readonly attacks: readonly InspectedAttack[]
  /** Cuts the guard out of the build: then each attack gets through. */
  readonly control: readonly Patch[]
  /** More of mcp-run's options. */
  readonly args?: readonly string[]
}

function placeOf(index: number): InspectedPlace {
  const domain = `inside${index}.test`
  return { domain, host: `api.${domain}`, mark: `mark-${index}-x` }
}

const inspected = ({ host }: InspectedPlace): string => `  - { host: ${host}, inspect: required }`

export function inspectedFamily({ attacks, control, args = [] }: InspectedFamily): void {
  const cases = attacks.map((attack, index) => {
    return [`row ${attack.row}: ${attack.title}`, { attack, place: placeOf(index), index }] as const
  })
  const scripts = cases.map(([, { attack, place }]) => ({
    egress: (attack.egress ?? inspected)(place),
    script: attack.script(place),
  }))
  const sinks = cases.flatMap(([, { attack, place }]) => attack.sinks?.(place) ?? [])
  const profile = sinks.length === 0 ? '' : `sinks:\n${sinks.join('\n')}\n`
  let world: InspectedWorld
  beforeAll(async () => {
    const names = cases.flatMap(([, { place }]) => [place.host, `evil.${place.domain}`])
    const bad = cases.flatMap(
      ([
        ,
        {
          attack: { certificate },
          place,
        },
      ]) => {
        return certificate === undefined ? [] : [{ certificate, name: place.host }]
      },
    )
    world = await inspectedWorld(names, bad)
  })
  afterAll(() => world?.internet.close())

  const run = async (user: User, dist?: string): Promise<Barrage> => {
    const { internet, service, trusted } = world
    service.forget()
    const env = { NODE_EXTRA_CA_CERTS: trusted }
    // For clients that bring their own list of authorities.
    const plant = ({ cwd }: { cwd: string }): void => copyFileSync(trusted, join(cwd, 'ca.pem'))
    return fire(internet, { user, scripts, profile, args, env, plant, ...(dist && { dist }) })
  }
  const arrived = ({ mark }: InspectedPlace): readonly string[] =>
    world.service.arrived.filter(({ path }) => path.includes(mark)).map(({ host, path }) => `${host} ${path}`)

  describe.each(USERS)('denied, as %s', (user) => {
    let barrage: Barrage
    let flows: readonly FlowLine[]
    let requests: readonly RequestLine[]
    let alerts: readonly AlertLine[]
    beforeAll(async () => {
      barrage = await run(user)
      ;({ flows, alerts } = await readHistory(barrage.mcp, SERVER))
      requests = await readRequests(barrage.mcp, SERVER)
    }, 150_000)

    it.each(cases)('%s', (_, { attack: { denied }, place, index }) => {
      const output = `${barrage.outputs[index]}\n${barrage.result.stderr.slice(-2000)}`
      expect(arrived(place), output).toEqual([])
      const connections = flows.filter(({ name }) => name === place.host)
      const ids = new Set(connections.map(({ id }) => id))
      // A connection that was let through, and then went nowhere, has the reason as the cause of its end.
      const [rows, row] =
        denied.in === 'flows'
          ? [connections, { state: 'denied', cause: denied.reason, bytesSent: 0 }]
          : [requests.filter(({ flow }) => ids.has(flow)), { action: 'denied', reason: denied.reason }]
      expect(rows, output).toContainEqual(expect.objectContaining(row))
      const own = alerts.filter(({ destination: { name } }) => name?.endsWith(place.domain))
      expect(own.map(({ kind }) => kind).sort(), output).toEqual([...denied.alerts].sort())
    })
  })

  describe('gets through without the guard', () => {
    let barrage: Barrage
    beforeAll(async () => {
      barrage = await run('root', patchedBuild(world.internet.folder(0), control))
    }, 150_000)

    it.each(cases.filter(([, { attack }]) => attack.byParserToo !== true))('%s', (_, { place, index }) => {
      const told = `${barrage.outputs[index]}\n${barrage.result.stderr.slice(-2000)}`
      expect(arrived(place), told).not.toEqual([])
    })
  })
}
