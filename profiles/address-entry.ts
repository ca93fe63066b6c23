import { canonicalAddress, classifyAddress, formatCidr, parseCidr } from '../runtime/policy/address.ts'
import type { Checked } from './host-pattern.ts'
import { shown } from './problem.ts'

/** One address that a connection may go to. */
export function checkIp(text: string): Checked<string> {
  if (text.includes('/')) return no(`\`${shown(text)}\` is a block, not an address`, '`cidr:` takes blocks')
  const [, host, port] = /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(text) ?? []
  const address = canonicalAddress(text)
  if (address === null && host !== undefined && canonicalAddress(host) !== null) {
    return no(`\`${shown(text)}\` has a port in it`, `\`ip: ${quoted(host)}\` and \`ports: [${port}]\``)
  }
  if (address === null) {
    const hint = 'four numbers as in 203.0.113.7, or IPv6 as in "2001:db8::1"; names go in `host:`'
    return no(`\`${shown(text)}\` is no address`, hint)
  }
  const found = classifyAddress(address)
  if (found === 'loopback') {
    return no(
      `\`${address}\` is the sandbox itself`,
      "a service on the host's loopback is `host-loopback: PORT`",
    )
  }
  if (found === 'metadata')
    return no(`\`${address}\` is a metadata service, never let through`, 'remove the entry')
  if (found === 'unspecified' || found === 'multicast')
    return no(`\`${address}\` is nobody's address`, 'remove the entry')
  return { ok: true, value: address }
}

/** A block, in its one form; at most as wide as one of the private networks. */
export function checkCidr(text: string): Checked<string> {
  const cidr = parseCidr(text)
  if (cidr === null) {
    const hint =
      canonicalAddress(text) === null ? '`10.1.0.0/16` or "2001:db8::/32"' : '`ip:` takes single addresses'
    return no(`\`${shown(text)}\` is no block of addresses`, hint)
  }
  const canonical = formatCidr(cidr)
  const address = text.slice(0, text.indexOf('/'))
  if (canonicalAddress(address) !== canonical.slice(0, canonical.indexOf('/'))) {
    return no(`\`${shown(text)}\` has bits set behind its prefix`, `\`${quoted(canonical)}\``)
  }
  const widest = cidr.bytes.length === 4 ? WIDEST_V4 : WIDEST_V6
  if (cidr.prefix < widest) {
    return no(`\`${canonical}\` would declare a good part of the internet`, `at least /${widest}`)
  }
  return { ok: true, value: canonical }
}

/** What `cidr:` may name: not the sandbox's own loopback, which `resolves` may mean on the host. */
export function checkDialledCidr(text: string): Checked<string> {
  const checked = checkCidr(text)
  if (!checked.ok || classifyAddress(text.slice(0, text.indexOf('/'))) !== 'loopback') return checked
  return no(
    `\`${checked.value}\` is the sandbox itself`,
    "a service on the host's loopback is `host-loopback: PORT`",
  )
}

/** 10.0.0.0/8 and fc00::/7. */
const WIDEST_V4 = 8
const WIDEST_V6 = 7

function quoted(text: string): string {
  return text.includes(':') ? `"${text}"` : text
}

function no(message: string, hint: string): { ok: false; message: string; hint: string } {
  return { ok: false, message, hint }
}
