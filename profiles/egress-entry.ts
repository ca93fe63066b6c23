import type { EgressProtocol, EgressRule } from '../runtime/model/profile.ts'
import { checkCidr, checkDialledCidr, checkIp } from './address-entry.ts'
import { type Checked, checkHost } from './host-pattern.ts'
import type { Path, Problem } from './problem.ts'
import type { RawEntry } from './schema.ts'

const KINDS = ['host', 'cidr', 'ip', 'host-loopback'] as const

/** The rules of one entry (two, where its ports have two default protocols), or what is wrong with it. */
export function egressRules(entry: RawEntry, path: Path): { rules: EgressRule[]; problems: Problem[] } {
  const problems = conflicts(entry, path)
  const check = (field: string, index: number | null, checked: Checked<string>): string => {
    if (checked.ok) return checked.value
    const at = index === null ? [...path, field] : [...path, field, index]
    problems.push({ path: at, message: checked.message, hint: checked.hint })
    return ''
  }
  const bases = portGroups(entry).map(([protocol, ports]) => {
    return { ports, protocol, transport: 'tcp', purpose: entry.purpose ?? null } as const
  })
  const { host, cidr, ip } = entry
  if (host !== undefined) {
    const name = check('host', null, checkHost(host))
    const resolves = (entry.resolves ?? []).map((block, index) => check('resolves', index, checkCidr(block)))
    return {
      problems,
      rules: bases.map((base) => ({
        kind: 'host',
        host: name,
        resolves,
        inspect: 'no',
        requests: null,
        ...base,
      })),
    }
  }
  if (cidr !== undefined) {
    const block = check('cidr', null, checkDialledCidr(cidr))
    return { problems, rules: bases.map((base) => ({ kind: 'cidr', cidr: block, ...base })) }
  }
  if (ip !== undefined) {
    const address = check('ip', null, checkIp(ip))
    return { problems, rules: bases.map((base) => ({ kind: 'ip', ip: address, ...base })) }
  }
  return { problems, rules: bases.map((base) => ({ kind: 'host-loopback', ...base })) }
}

function conflicts(entry: RawEntry, path: Path): Problem[] {
  const problems: Problem[] = []
  const [first, second] = KINDS.filter((kind) => entry[kind] !== undefined)
  const no = (field: string, message: string, hint: string): void => {
    problems.push({ path: [...path, field], atKey: true, message, hint })
  }
  if (first === undefined) {
    problems.push({ path, message: 'says no destination', hint: `one of ${KINDS.join(', ')}` })
  }
  if (second !== undefined) no(second, `stands beside \`${first}\``, 'one entry for each')
  if (entry.port !== undefined && entry.ports !== undefined)
    no('port', 'stands beside `ports`', 'keep `ports`')
  if (entry.resolves !== undefined && entry.host === undefined) {
    no('resolves', 'is for hosts alone: this entry says the addresses itself', 'remove it')
  }
  const loopback = entry['host-loopback'] !== undefined
  if (loopback && entry.ports !== undefined)
    no('ports', 'stands beside `host-loopback`', '`host-loopback: [PORT, PORT]`')
  if (loopback && entry.port !== undefined)
    no('port', 'stands beside `host-loopback`', '`host-loopback: [PORT, PORT]`')
  return problems
}

/** Each protocol with its ports. Where the entry names none, port 80 speaks http and all others tls. */
function portGroups(entry: RawEntry): [EgressProtocol, number[]][] {
  const given = entry['host-loopback'] ?? entry.ports ?? entry.port ?? 443
  const ports = [...new Set(typeof given === 'number' ? [given] : given)]
  if (entry.protocol !== undefined) return [[entry.protocol, ports]]
  if (entry['host-loopback'] !== undefined) return [['opaque', ports]]
  const groups: [EgressProtocol, number[]][] = [
    ['http', ports.filter((port) => port === 80)],
    ['tls', ports.filter((port) => port !== 80)],
  ]
  return groups.filter(([, members]) => members.length > 0)
}
