import { McpRunError } from '../../runtime/model/errors.ts'
import type { UpstreamProxy } from '../../runtime/model/upstream-proxy.ts'
import type { NpmProxy } from '../../runtime/packages/install-run.ts'
import { parseProxyUrl } from '../../runtime/policy/proxy-url.ts'
import { hostAuthorities } from '../../runtime/sandbox/host-authorities.ts'

export interface ProxySources {
  /** `--upstream-proxy`. */
  readonly option: string | null
  readonly env: Readonly<Record<string, string | undefined>>
  /** What npm's own configuration says, for an installation. */
  readonly npm: NpmProxy | null
}

const VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']

/**
 * The proxy that the recorder dials through: the option's, else the environment's, else npm's. Throws `usage` for one
 * that it cannot speak to, by the name of what names it: the URL may hold a password.
 */
export function findUpstreamProxy({ option, env, npm }: ProxySources): UpstreamProxy | null {
  if (option === 'none') return null
  const listed = env.NO_PROXY || env.no_proxy || ''
  const variable = VARIABLES.find((name) => env[name])
  if (option !== null) return proxyAt(option, '--upstream-proxy', listed, env)
  if (variable !== undefined) return proxyAt(env[variable] ?? '', variable, listed, env)
  return npm === null ? null : proxyAt(npm.url, "npm's proxy setting", listed || npm.noProxy, env)
}

function proxyAt(url: string, source: string, noProxy: string, env: ProxySources['env']): UpstreamProxy {
  const parsed = parseProxyUrl(url)
  if (!parsed.ok) {
    const problem =
      parsed.scheme === null ? "is not a proxy's URL" : `names a proxy of the kind ${parsed.scheme}`
    throw new McpRunError(
      'usage',
      `${source} ${problem}: mcp-run goes through http:// and https:// proxies`,
      {
        hint: '--upstream-proxy http://proxy.example:3128, or --upstream-proxy none to dial directly',
      },
    )
  }
  const { scheme, host, port, authorization } = parsed
  const authorities = scheme === 'https' ? hostAuthorities(env) : []
  return { scheme, host, port, authorization, noProxy, authorities }
}
