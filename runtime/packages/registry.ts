import { isIP } from 'node:net'
import { McpRunError } from '../model/errors.ts'
import type { EgressProtocol, EgressRule } from '../model/profile.ts'
import { escapeText } from '../model/text.ts'
import type { NpmProxy } from './install-run.ts'
import type { NpmConfig } from './npm-config.ts'
import type { ConfigValue, ConfigValues } from './npmrc.ts'
import { secretsOf } from './secrets.ts'

/** What an installation may reach, and the configuration that it goes by. */
export interface RegistryAccess {
  /** The default registry and every scope's own, nothing else. */
  readonly egress: readonly EgressRule[]
  /** Settings for the sandbox's npmrc, credentials included. */
  readonly settings: ConfigValues
  /** Settings that name a file (certificates, keys): its content is what the sandbox needs. */
  readonly fileSettings: readonly string[]
  readonly secrets: readonly string[]
  /** The proxy that the user's npm goes through. It is kept from the sandbox: only the recorder dials. */
  readonly proxy: NpmProxy | null
}

/** Everything else is not the registry's: caches, prefixes, shells, scripts, proxies. */
const KEPT = new Set(
  `registry strict-ssl ca cafile cert key fetch-retries fetch-retry-factor fetch-retry-mintimeout
   fetch-retry-maxtimeout fetch-timeout maxsockets replace-registry-host before min-release-age
   min-release-age-exclude tag legacy-peer-deps strict-peer-deps _auth _authToken _authtoken _password
   username email`.split(/\s+/),
)
const REGISTRY_KEY = /^(@[^:]+:)?registry$/
const FILE_KEY = /^cafile$|^\/\/.*:(certfile|keyfile|cafile)$/

/** Throws `install-failed` when a registry's URL cannot be used. */
export function registryAccess(config: NpmConfig): RegistryAccess {
  const entries = Object.entries(config.values).filter(([key, value]) => isKept(key) && isSet(value))
  const settings = Object.fromEntries(entries.map(([key, value]) => [key, prompt(key, value)]))
  const rules = new Map<string, EgressRule>()
  for (const [key, value] of entries) {
    if (!REGISTRY_KEY.test(key)) continue
    const rule = ruleOf(key, value)
    rules.set(JSON.stringify(rule), rule)
  }
  return {
    egress: [...rules.values()],
    settings,
    fileSettings: entries.filter(([key]) => FILE_KEY.test(key)).map(([key]) => key),
    secrets: secretsOf(config.values),
    proxy: proxyOf(config.values),
  }
}

function proxyOf(values: ConfigValues): NpmProxy | null {
  const url = text(values['https-proxy']) ?? text(values.proxy)
  const { noproxy } = values
  const noProxy = Array.isArray(noproxy) ? noproxy.join(',') : text(noproxy)
  return url === null ? null : { url, noProxy: noProxy ?? '' }
}

function isKept(key: string): boolean {
  return KEPT.has(key) || key.startsWith('//') || REGISTRY_KEY.test(key)
}

/** npm's defaults wait minutes for a registry that is down; a client that starts a server waits seconds. */
const PROMPT: Readonly<Record<string, readonly [theirs: number, ours: number]>> = {
  'fetch-retry-mintimeout': [10_000, 500],
  'fetch-retry-maxtimeout': [60_000, 4_000],
  'fetch-timeout': [300_000, 60_000],
}

function prompt(key: string, value: ConfigValue): ConfigValue {
  const choice = PROMPT[key]
  return choice !== undefined && Number(value) === choice[0] ? choice[1] : value
}

function isSet(value: ConfigValue): boolean {
  return value !== null && value !== ''
}

function ruleOf(key: string, value: ConfigValue): EgressRule {
  const rule = typeof value === 'string' ? registryRule(value) : null
  if (rule !== null) return rule
  throw new McpRunError(
    'install-failed',
    `the npm setting '${escapeText(key, 128)}' is not an http or https URL`,
    {
      hint: `npm config get ${escapeText(key, 128)} shows it`,
    },
  )
}

/** What a registry's URL lets an installation reach; null: it is no http or https URL. */
export function registryRule(text: string): EgressRule | null {
  const url = URL.canParse(text) ? new URL(text) : null
  const protocol = url === null ? undefined : PROTOCOLS[url.protocol]
  if (url === null || protocol === undefined) return null
  const port = url.port === '' ? (protocol === 'tls' ? 443 : 80) : Number(url.port)
  const base = { ports: [port], transport: 'tcp', protocol, purpose: 'package registry' } as const
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isLoopback(host)) return { ...base, kind: 'host-loopback' }
  if (isIP(host) !== 0) return { ...base, kind: 'ip', ip: host }
  const unread = { inspect: 'no', requests: null, reads: [] } as const
  // A company's mirror is often on a private address: its name is the user's own word for where to go.
  return { ...base, kind: 'host', host, resolves: ['0.0.0.0/0', '::/0'], ...unread }
}

const PROTOCOLS: Readonly<Record<string, EgressProtocol>> = { 'https:': 'tls', 'http:': 'http' }

/** The unspecified addresses too: a connection to them is one to loopback. URL has canonicalised the text. */
function isLoopback(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  const mapped = /^::ffff:([0-9a-f]{1,4}):[0-9a-f]{1,4}$/.exec(host)?.[1]
  if (mapped !== undefined) return Number.parseInt(mapped, 16) >> 8 === 127
  return (
    host === '::1' || host === '::' || host === '0.0.0.0' || (isIP(host) === 4 && host.startsWith('127.'))
  )
}

function text(value: ConfigValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
