/**
 * The proxy through which the host reaches what is outside. Plain data. `authorization` is a secret: it goes to
 * the proxy, and into no message, row or log.
 */
export interface UpstreamProxy {
  readonly scheme: 'http' | 'https'
  /** Normalised name or canonical address. */
  readonly host: string
  readonly port: number
  /** The value of Proxy-Authorization (RFC 9110, 11.7.2); null where the URL names no user. */
  readonly authorization: string | null
  /** What is dialled directly, as NO_PROXY lists it. */
  readonly noProxy: string
  /** PEM texts of the authorities that an https proxy's certificate may come from, beside Node's own list. */
  readonly authorities: readonly string[]
}

/** `proxy.corp:3128`, `[2001:db8::1]:3128`. */
export function hostAndPort({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
