import { normaliseName } from '../runtime/model/name.ts'
import { canonicalAddress } from '../runtime/policy/address.ts'
import { shown } from './problem.ts'
import { isPublicSuffix } from './public-suffix.ts'

export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly message: string; readonly hint: string }

/** A name or a wildcard of whole labels, normalised; or what was meant by what is neither. */
export function checkHost(text: string): Checked<string> {
  const wrong = misplaced(text) ?? wildcardTrouble(text)
  if (wrong !== null) return wrong
  const wildcard = text.startsWith('*.')
  const name = normaliseName(wildcard ? text.slice(2) : text)
  if (name === null) {
    const hint = 'labels of letters, digits and hyphens with dots between them: `api.example.com`'
    return no(`\`${shown(text)}\` is no host name`, hint)
  }
  if (name === 'localhost' || name.endsWith('.localhost')) {
    return no('localhost is the sandbox itself', "a service on the host's loopback is `host-loopback: PORT`")
  }
  if (wildcard && isPublicSuffix(name)) {
    return no(
      `\`*.${name}\` would declare everybody's names under ${name}`,
      `name the domain: \`*.example.${name}\``,
    )
  }
  return { ok: true, value: wildcard ? `*.${name}` : name }
}

/** URLs, ports, paths and addresses, which have fields of their own. */
function misplaced(text: string): Checked<string> | null {
  if (text.trim() === '') return no('is empty', 'a name such as `api.example.com`')
  if (text !== text.trim()) return no('begins or ends with a space', `\`${shown(text.trim())}\``)
  if (text.includes('://')) {
    const url = URL.canParse(text) ? new URL(text) : null
    const port = url?.port ? `, \`ports: [${url.port}]\`` : ''
    return no(
      `\`${shown(text)}\` is a URL, not a host`,
      `only its name: \`host: ${shown(url?.hostname ?? '…')}\`${port}`,
    )
  }
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  const address = canonicalAddress(bare)
  if (address !== null) return no(`\`${address}\` is an address, not a name`, `\`ip: ${quoted(address)}\``)
  if (canonicalAddress(bare.slice(0, Math.max(0, bare.indexOf('/')))) !== null) {
    return no(`\`${shown(text)}\` is a block of addresses, not a name`, `\`cidr: ${quoted(shown(text))}\``)
  }
  const [, host, port] = /^(.*[^:]):(\d{1,5})$/.exec(text) ?? []
  if (host !== undefined) {
    const where = canonicalAddress(host.replace(/^\[|\]$/g, '')) === null ? 'host' : 'ip'
    const value = quoted(shown(host.replace(/^\[|\]$/g, '')))
    return no(`\`${shown(text)}\` has a port in it`, `\`${where}: ${value}\` and \`ports: [${port}]\``)
  }
  if (text.includes('/'))
    return no(`\`${shown(text)}\` has a path in it`, `\`host: ${shown(text.split('/')[0] ?? '')}\``)
  if (text.includes('@'))
    return no(`\`${shown(text)}\` has a user in it`, `\`host: ${shown(text.split('@').at(-1) ?? '')}\``)
  return null
}

function wildcardTrouble(text: string): Checked<string> | null {
  if (/^(\*\.?)+$/.test(text))
    return no('`*` alone would declare everything', 'name the domain: `"*.example.com"`')
  if (text.startsWith('.'))
    return no(`\`${shown(text)}\` begins with a dot`, `\`"*${shown(text)}"\` for all names below it`)
  const rest = text.replace(/^\*\./, '')
  if (!rest.includes('*')) return null
  const fixed = text.startsWith('*') ? rest.replace(/^\*/, '') : rest.slice(rest.lastIndexOf('*') + 1)
  const name = fixed.replaceAll('*', '').replace(/^[.-]+/, '')
  const hint =
    name === ''
      ? '`"*.example.com"`'
      : `\`"*.${shown(name)}"\`, and \`${shown(name)}\` in an entry of its own`
  return no(`\`${shown(text)}\`: \`*\` stands for whole labels, and only at the left end`, hint)
}

function quoted(text: string): string {
  return text.includes(':') ? `"${text}"` : text
}

function no(message: string, hint: string): Checked<string> {
  return { ok: false, message, hint }
}
