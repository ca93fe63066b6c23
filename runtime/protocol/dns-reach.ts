import { nameFromLabels } from '../model/name.ts'
import { addressText } from './address-text.ts'
import { TYPE } from './dns-code.ts'
import type { DnsRecordData, Sections } from './dns-sections.ts'

/** What a reply leads to, from the name that was asked. Names are normalised. */
export interface Reached {
  /** CNAME records in the order in which they are followed. */
  readonly chain: readonly { readonly from: string; readonly to: string }[]
  /** SRV records; one that says "no such service" has none. */
  readonly services: readonly { readonly target: string; readonly port: number }[]
  /** Canonical text. Of the additional section only those of SRV targets. */
  readonly addresses: readonly { readonly name: string; readonly address: string }[]
}

/**
 * Follows CNAME and SRV records. Records of names that the question does not lead to are not believed: whoever
 * answers for one name must not give addresses for another.
 */
export function follow(asked: string, sections: Sections): Reached {
  const byName = groupByName(sections.answers)
  const reached = new Set([asked])
  const chain: { from: string; to: string }[] = []
  for (const from of reached) {
    for (const { record, rdata } of byName.get(from) ?? []) {
      const to = record.type === TYPE.CNAME ? nameFromLabels(rdata.names[0] ?? []) : null
      if (to === null || to === '') continue
      chain.push({ from, to })
      reached.add(to)
    }
  }
  const answers = [...reached].flatMap((name) => byName.get(name) ?? [])
  const services = answers.flatMap(serviceOf)
  const targets = new Set(services.map(({ target }) => target))
  const fromAnswers = answers.flatMap(addressOf)
  const ofTargets = sections.additionals
    .filter(({ name }) => name !== null && targets.has(name))
    .flatMap(addressOf)
  return { chain, services, addresses: [...fromAnswers, ...ofTargets] }
}

function groupByName(records: readonly DnsRecordData[]): ReadonlyMap<string, readonly DnsRecordData[]> {
  const groups = new Map<string, DnsRecordData[]>()
  for (const record of records) {
    if (record.name === null) continue
    const group = groups.get(record.name)
    if (group === undefined) groups.set(record.name, [record])
    else group.push(record)
  }
  return groups
}

function serviceOf({ record, rdata }: DnsRecordData): { target: string; port: number }[] {
  const target = record.type === TYPE.SRV ? nameFromLabels(rdata.names[0] ?? []) : null
  return target === null || target === '' ? [] : [{ target, port: rdata.before.readUInt16BE(4) }]
}

function addressOf({ record, rdata, name }: DnsRecordData): { name: string; address: string }[] {
  if (name === null || (record.type !== TYPE.A && record.type !== TYPE.AAAA)) return []
  const address = addressText(rdata.before)
  return address === null ? [] : [{ name, address }]
}
