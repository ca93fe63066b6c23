import { canonicalAddress } from '../../fixtures/internet/addresses.ts'
import { isWithinZone } from '../../fixtures/internet/initial-names.ts'
import type { Traffic } from '../../fixtures/internet/model.ts'
import type { Attack, Proof } from './case.ts'
import type { AlertLine, DnsLine, FlowLine, History } from './history.ts'
import type { Measured } from './measure.ts'
import type { Place } from './place.ts'

/** What got to where nothing may, one line each. */
export type Arrivals = Record<Proof, readonly string[]>

export const NOTHING: Arrivals = { packets: [], bytes: [], queries: [], host: [] }

export function arrivals(attack: Attack, place: Place, measures: Measured): Arrivals {
  const { before, after, hostBytes } = measures
  const at = addressesOf(attack, place)
  const packets = at.flatMap((address) => {
    const more = (after.packets.get(address) ?? 0) - (before.packets.get(address) ?? 0)
    return more === 0 ? [] : [`${address}: ${more} packets`]
  })
  const bytes = [...after.payload].flatMap(([key, { read }]) => {
    const more = read - (before.payload.get(key)?.read ?? 0)
    return more === 0 || !at.some((address) => key.startsWith(`${address} `)) ? [] : [`${key}: ${more} bytes`]
  })
  const host = hostBytes.get(place.port)
  return {
    packets,
    bytes,
    queries: queries(attack, place, before, after),
    host: host === undefined ? [] : [`the host's port ${place.port}: ${host} bytes`],
  }
}

function queries(attack: Attack, place: Place, before: Traffic, after: Traffic): string[] {
  const zone = zoneOf(attack, place)
  return after.queries
    .slice(before.queries.length)
    .filter(({ name }) => isWithinZone(name, zone))
    .filter(({ name }) => attack.egress === undefined || name.toLowerCase() !== place.host)
    .map(({ name, type, server }) => `${server}: ${name} ${type}`)
}

/** What the store holds of one case. */
export interface Found {
  readonly flows: readonly FlowLine[]
  readonly drops: readonly FlowLine[]
  readonly dns: readonly DnsLine[]
  readonly alerts: readonly AlertLine[]
}

export function historyOf(attack: Attack, place: Place, history: History): Found {
  const at = addressesOf(attack, place)
  const zone = zoneOf(attack, place)
  const own = (...words: readonly (string | null | undefined)[]) =>
    words.some((word) => word != null && (isWithinZone(word, zone) || at.includes(word)))
  // A message that names nothing is known by whom it was sent to; all of them have one alert.
  const dns = history.dns.filter(({ name, resolver }) => own(name, resolver))
  const nameless = dns.some(({ name }) => name === '')
  return {
    flows: history.flows.filter(({ name, address }) => own(name, address)),
    drops: history.drops.filter(({ name, address }) => own(name, address)),
    dns,
    alerts: history.alerts.filter(({ destination: { name, address } }) => {
      return own(name, address) || (nameless && name === '')
    }),
  }
}

function addressesOf({ sinks }: Attack, place: Place): readonly string[] {
  const { sink, here } = place
  return (sinks?.(place) ?? [sink.v4, sink.v6, here.v4, here.v6]).map(canonicalAddress)
}

function zoneOf({ zone }: Attack, place: Place): string {
  return zone?.(place) ?? place.domain
}
