import { isIP } from 'node:net'
import { canonicalHost } from './host-text.ts'
import { nameKind } from './known-name.ts'
import { visible } from './visible-text.ts'

/**
 * Hosts that are a field's whole value, or several of them in a list: `evil.test`, `evil.test:8080/x`, `203.0.113.9`,
 * `[2001:db8::1]:25`. In a `link` a name that looks like a file is none.
 */
export function placedHosts(text: string, role: 'host' | 'link'): string[] {
  if (text.length > MAX_TEXT) return []
  const parts = visible(text)
    .trim()
    .split(/[\s,;]+/, MAX_LIST)
  const hosts = parts.map((part) => placedHost(part, role))
  return hosts.some((host) => host === null) ? [] : hosts.filter((host) => host !== null)
}

const MAX_TEXT = 1024
const MAX_LIST = 16
const PLACED = /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]]+)(:\d{1,5})?([/?#].*)?$/i
/** Last labels that are also the ends of files' names. */
const FILE_END =
  /\.(?:md|py|sh|rs|pl|ps|cc|so|zip|mov|app|py|pm|mm|ml|hs|vi|st|do|lib|bar|bin|cat|java|js|ts)$/i

function placedHost(text: string, role: 'host' | 'link'): string | null {
  if (isIP(text) === 6) return canonicalHost(`[${text}]`)
  const [, written = '', port = '', rest = ''] = PLACED.exec(text) ?? []
  if (written.startsWith('[')) return canonicalHost(written)
  if (!/[.\u3002]/.test(written) && !/^0x[0-9a-f]{6,}$/i.test(written)) return null
  if (role === 'link' && port === '' && rest === '' && FILE_END.test(written)) return null
  const host = canonicalHost(written)
  if (host === null || VERSION.test(written)) return null
  return isIP(host) !== 0 || nameKind(host) !== 'unknown' ? host : null
}

/** `1.3` is an address to a URL parser (1.0.0.3), and a version to everybody else. */
const VERSION = /^\d+\.\d+(?:\.\d+)?$/
