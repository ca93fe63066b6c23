import { McpRunError } from '../runtime/model/errors.ts'
import type { EgressProtocol, EgressRule } from '../runtime/model/profile.ts'
import { canonicalAddress, classifyAddress } from '../runtime/policy/address.ts'
import { checkDialledCidr, checkIp } from './address-entry.ts'
import { type Checked, checkHost } from './host-pattern.ts'
import { shown } from './problem.ts'

export interface Wanted {
  /** A host name, `localhost` for a service on the host, a wildcard, an address or a block. */
  readonly host: string
  readonly port: number
  readonly purpose: string | null
  /** Default: what the loader assumes for such an entry. */
  readonly protocol?: EgressProtocol | undefined
}

/** The rule that a command line asks for. Throws `usage`. */
export function wantedRule({ host, port, purpose, protocol }: Wanted): EgressRule {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new McpRunError('usage', `${port} is no port`, { hint: 'ports go from 1 to 65535: HOST:443' })
  }
  if (purpose !== null && !/^[^\p{Cc}]{1,500}$/u.test(purpose)) {
    throw new McpRunError('usage', 'the purpose is no line of text', { hint: '--purpose "search"' })
  }
  const place = placeOf(host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host)
  const base = { ports: [port], transport: 'tcp', purpose } as const
  return { ...place, ...base, protocol: protocol ?? defaultProtocol(place.kind, port) }
}

/** Where an entry names none. */
export function defaultProtocol(kind: EgressRule['kind'], port: number): EgressProtocol {
  if (kind === 'host-loopback') return 'opaque'
  return port === 80 ? 'http' : 'tls'
}

type Place =
  | Omit<Extract<EgressRule, { kind: 'host' }>, 'ports' | 'transport' | 'protocol' | 'purpose'>
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'ip'; readonly ip: string }
  | { readonly kind: 'host-loopback' }

function placeOf(text: string): Place {
  const address = canonicalAddress(text)
  const loopback = address !== null && classifyAddress(address) === 'loopback'
  if (loopback || text === 'localhost') return { kind: 'host-loopback' }
  if (address !== null) return { kind: 'ip', ip: required(checkIp(address)) }
  const block = canonicalAddress(text.slice(0, Math.max(0, text.indexOf('/')))) !== null
  if (block) return { kind: 'cidr', cidr: required(checkDialledCidr(text)) }
  return {
    kind: 'host',
    host: required(checkHost(text)),
    resolves: [],
    inspect: 'no',
    requests: null,
    reads: [],
  }
}

function required(checked: Checked<string>): string {
  if (checked.ok) return checked.value
  throw new McpRunError('usage', `cannot declare this host: ${shown(checked.message)}`, {
    hint: checked.hint,
  })
}
