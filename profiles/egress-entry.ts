import type { EgressProtocol, EgressRule, RequestRule } from '../runtime/model/profile.ts'
import type { HostRule } from '../runtime/policy/rules.ts'
import { checkCidr, checkDialledCidr, checkIp } from './address-entry.ts'
import { type Checked, checkHost } from './host-pattern.ts'
import type { Path, Problem } from './problem.ts'
import { checkRequest } from './request-text.ts'
import type { RawEntry } from './schema.ts'

const KINDS = ['host', 'cidr', 'ip', 'host-loopback'] as const

/** The rules of one entry (two, where its ports have two default protocols), or what is wrong with it. */
export function egressRules(
  entry: RawEntry,
  path: Path,
  inspected: RawEntry['inspect'] = false,
): { rules: EgressRule[]; problems: Problem[] } {
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
  const rulesOf = (field: 'requests' | 'reads'): RequestRule[] | null => {
    const texts = entry[field]
    if (texts === undefined) return null
    return texts.flatMap((text, index) => {
      const checked = checkRequest(text)
      if (checked.ok) return [checked.value]
      problems.push({ path: [...path, field, index], message: checked.message, hint: checked.hint })
      return []
    })
  }
  const requests = rulesOf('requests')
  const reads = rulesOf('reads') ?? []
  const wanted = entry.inspect ?? (requests === null ? inspected : 'required')
  const reading = (protocol: EgressProtocol): Pick<HostRule, 'inspect' | 'requests'> => {
    if (protocol === 'smtp') return { inspect: wanted === 'required' ? 'required' : 'try', requests: null }
    const readable = protocol === 'tls' || protocol === 'http'
    if (!readable || wanted === false) return { inspect: 'no', requests: null }
    return { inspect: wanted === true ? 'try' : 'required', requests }
  }
  if (host !== undefined) {
    const name = check('host', null, checkHost(host))
    const resolves = (entry.resolves ?? []).map((block, index) => check('resolves', index, checkCidr(block)))
    return {
      problems,
      rules: bases.map((base) => ({
        kind: 'host',
        host: name,
        resolves,
        ...reading(base.protocol),
        reads,
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
  problems.push(...readingConflicts(entry, path))
  const loopback = entry['host-loopback'] !== undefined
  if (loopback && entry.ports !== undefined)
    no('ports', 'stands beside `host-loopback`', '`host-loopback: [PORT, PORT]`')
  if (loopback && entry.port !== undefined)
    no('port', 'stands beside `host-loopback`', '`host-loopback: [PORT, PORT]`')
  return problems
}

/** Only TLS, HTTP and SMTP to a named host can be read. */
function readingConflicts(entry: RawEntry, path: Path): Problem[] {
  const problems: Problem[] = []
  const opaque = entry.protocol === 'opaque' || entry.protocol === 'server-first'
  for (const field of ['inspect', 'requests', 'reads'] as const) {
    const given = entry[field]
    if (given === undefined || given === false) continue
    const at = { path: [...path, field], atKey: true }
    if (entry.host === undefined) {
      problems.push({
        ...at,
        message: 'is for hosts alone',
        hint: 'remove it, or declare the host by its name',
      })
    } else if (entry.protocol === 'smtp' && field !== 'inspect') {
      problems.push({ ...at, message: 'is for HTTP: mails are told apart by sinks', hint: 'remove it' })
    } else if (opaque) {
      const hint = '`protocol: tls`, or remove it'
      problems.push({
        ...at,
        message: `stands beside \`protocol: ${entry.protocol}\`, which is not read`,
        hint,
      })
    }
  }
  if (entry.protocol === 'smtp' && (entry.host === undefined || entry.inspect === false)) {
    const message = 'stands for mails that are read, of a host by its name'
    problems.push({ path: [...path, 'protocol'], message, hint: '`protocol: server-first`' })
  }
  if (entry.requests !== undefined && entry.inspect === false) {
    const hint = '`inspect: required`'
    problems.push({ path: [...path, 'requests'], atKey: true, message: 'needs inspection', hint })
  }
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
