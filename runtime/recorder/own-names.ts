import type { DnsAnswerRecord } from '../protocol/dns-reply.ts'

/** The names that are the sandbox's own affair, and their answers. */
export interface OwnAddresses {
  readonly hostname: string
  readonly ipv4: string
  readonly ipv6: string
}

const TTL_S = 60

/** Null: not an own name. An empty list: an own name without such a record. */
export function ownAnswers(
  question: { readonly name: string; readonly type: string },
  own: OwnAddresses,
): readonly DnsAnswerRecord[] | null {
  const { name, type } = question
  const pointer = pointers(own).get(name)
  if (pointer !== undefined) return type === 'PTR' ? [{ type: 'PTR', ttl: TTL_S, data: pointer }] : []
  const local = name === 'localhost' || name.endsWith('.localhost')
  if (!local && name !== own.hostname) return null
  if (type === 'A') return [{ type, ttl: TTL_S, data: local ? '127.0.0.1' : own.ipv4 }]
  if (type === 'AAAA') return [{ type, ttl: TTL_S, data: local ? '::1' : own.ipv6 }]
  return []
}

function pointers(own: OwnAddresses): ReadonlyMap<string, string> {
  return new Map([
    [reverseIpv4('127.0.0.1'), 'localhost'],
    [reverseIpv4(own.ipv4), own.hostname],
    [reverseIpv6('::1'), 'localhost'],
    [reverseIpv6(own.ipv6), own.hostname],
  ])
}

function reverseIpv4(address: string): string {
  return `${address.split('.').reverse().join('.')}.in-addr.arpa`
}

/** RFC 3596, 2.5: every nibble a label, the last one first. */
function reverseIpv6(address: string): string {
  const [head = '', tail = ''] = address.split('::')
  const left = head.split(':').filter((group) => group !== '')
  const right = tail.split(':').filter((group) => group !== '')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  const nibbles = [...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join('')
  return `${[...nibbles].reverse().join('.')}.ip6.arpa`
}
