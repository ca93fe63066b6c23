import type { EgressRule } from '../model/profile.ts'
import { parseAddress } from './address-bytes.ts'
import { blockHolds, type Cidr, parseCidr } from './cidr.ts'

export type HostRule = Extract<EgressRule, { kind: 'host' }>
export type AddressRule = Exclude<EgressRule, HostRule>

/** A profile's destinations, arranged so that a look-up costs as many steps as a name has labels. */
export interface Rules {
  readonly exact: ReadonlyMap<string, readonly HostRule[]>
  /** Keyed by what follows `*.`. */
  readonly wildcard: ReadonlyMap<string, readonly HostRule[]>
  readonly blocks: readonly { readonly block: Cidr; readonly rule: AddressRule }[]
  readonly loopback: readonly AddressRule[]
}

/** Names in the rules are taken as normalised; one that is not is never matched. */
export function compileRules(egress: readonly EgressRule[]): Rules {
  const exact = new Map<string, HostRule[]>()
  const wildcard = new Map<string, HostRule[]>()
  const blocks: { block: Cidr; rule: AddressRule }[] = []
  const loopback: AddressRule[] = []
  for (const rule of egress) {
    if (rule.kind === 'host') {
      if (rule.host.startsWith('*.')) add(wildcard, rule.host.slice(2), rule)
      else add(exact, rule.host, rule)
    } else if (rule.kind === 'host-loopback') loopback.push(rule)
    else {
      const block = rule.kind === 'cidr' ? parseCidr(rule.cidr) : blockOfOne(rule.ip)
      if (block !== null) blocks.push({ block, rule })
    }
  }
  return { exact, wildcard, blocks, loopback }
}

/** Every rule that covers a normalised name, on any port: the exact ones, then wildcards from near to far. */
export function hostRules(rules: Rules, name: string): readonly HostRule[] {
  const found = [...(rules.exact.get(name) ?? [])]
  if (rules.wildcard.size === 0) return found
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
    found.push(...(rules.wildcard.get(name.slice(dot + 1)) ?? []))
  }
  return found
}

/** The same for a name asked for in DNS: a service under a declared host is that host's (RFC 2782). */
export function queryRules(rules: Rules, name: string): readonly HostRule[] {
  const found = hostRules(rules, name)
  return found.length > 0 ? found : hostRules(rules, name.replace(SERVICE, ''))
}

/** The ports that a name may be reached on, each with the rule that says so first. */
export function declaredPorts(rules: Rules, name: string): ReadonlyMap<number, EgressRule> {
  const ports = new Map<number, EgressRule>()
  for (const rule of hostRules(rules, name)) {
    for (const port of rule.ports) if (!ports.has(port)) ports.set(port, rule)
  }
  return ports
}

/** `ip`, `cidr` and `host-loopback` rules for a canonical address and a port. */
export function addressRules(rules: Rules, address: string, port: number): readonly AddressRule[] {
  const bytes = rules.blocks.length > 0 ? parseAddress(address) : null
  const found = bytes === null ? [] : rules.blocks.filter(({ block }) => blockHolds(block, bytes))
  const loopback = isLoopback(address) ? rules.loopback : []
  return [...loopback, ...found.map(({ rule }) => rule)].filter((rule) => rule.ports.includes(port))
}

/** A service name has at most 15 characters (RFC 6335, 5.1): little room for anything else. */
const SERVICE = /^_[a-z0-9-]{1,15}\._(?:tcp|udp)\./

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key)
  if (values === undefined) map.set(key, [value])
  else values.push(value)
}

function blockOfOne(ip: string): Cidr | null {
  const bytes = parseAddress(ip)
  return bytes === null ? null : { bytes, prefix: bytes.length * 8 }
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
