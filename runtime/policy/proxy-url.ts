import { normaliseName } from '../model/name.ts'
import type { UpstreamProxy } from '../model/upstream-proxy.ts'
import { canonicalAddress } from './address-bytes.ts'

export type ProxyUrl =
  | ({ readonly ok: true } & Pick<UpstreamProxy, 'scheme' | 'host' | 'port' | 'authorization'>)
  /** `scheme`: it is no http or https proxy; else it is no URL. Nothing of the text is in it: it may hold a password. */
  | { readonly ok: false; readonly scheme: string | null }

const DEFAULT_PORT = { http: 80, https: 443 } as const

/** `http://user:password@proxy.corp:3128`, or `proxy.corp:3128`, which curl and Go take for the same over http. */
export function parseProxyUrl(text: string): ProxyUrl {
  const scheme = /^([a-z][a-z0-9+.-]{0,15}):\/\//i.exec(text)?.[1]?.toLowerCase() ?? null
  if (scheme !== null && scheme !== 'http' && scheme !== 'https') return { ok: false, scheme }
  const url = scheme === null ? `http://${text}` : text
  if (!URL.canParse(url)) return NO_URL
  const { hostname, port, username, password } = new URL(url)
  const host = normaliseName(hostname) ?? canonicalAddress(hostname.replace(/^\[(.*)\]$/, '$1'))
  const credentials = decoded(`${username}:${password}`)
  if (host === null || port === '0' || credentials === null) return NO_URL
  const spoken = scheme ?? 'http'
  return {
    ok: true,
    scheme: spoken,
    host,
    port: port === '' ? DEFAULT_PORT[spoken] : Number(port),
    authorization: username === '' && password === '' ? null : basic(credentials),
  }
}

const NO_URL: ProxyUrl = { ok: false, scheme: null }

/** RFC 7617. */
function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
