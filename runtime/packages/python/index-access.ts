import { McpRunError } from '../../model/errors.ts'
import type { EgressRule } from '../../model/profile.ts'
import type { NpmProxy } from '../install-run.ts'
import { registryRule } from '../registry.ts'
import { secretsOf } from '../secrets.ts'
import type { IndexConfig } from './index-config.ts'
import type { Prepared } from './plan.ts'

/** What an installation may reach, and the settings that pip goes by in the sandbox. */
export interface IndexAccess {
  /** The indexes and, with pip's own default, the host of its files: nothing else. */
  readonly egress: readonly EgressRule[]
  /** The index that is asked first, without credentials. */
  readonly shown: string
  /** pip's settings, credentials included; files under their own names. */
  readonly settings: Readonly<Record<string, string>>
  readonly secrets: readonly string[]
  readonly proxy: NpmProxy | null
}

/** A client that starts a server waits seconds, and not pip's own minutes. */
const TIMEOUT_S = '20'
const RETRIES = '2'

/** Throws `install-failed` when an index's URL cannot be used. */
export function indexAccess(config: IndexConfig, standard: Pick<Prepared, 'index' | 'files'>): IndexAccess {
  const index = config.index ?? standard.index
  const urls = [index, ...config.extra]
  const rules = new Map<string, EgressRule>()
  const plain = new Set<string>()
  const allow = (url: string, trust: boolean): void => {
    const rule = /\s/.test(url) ? null : registryRule(url)
    if (rule === null) throw unusable()
    rules.set(JSON.stringify(rule), rule)
    if (trust && rule.protocol === 'http') plain.add(new URL(url).host)
  }
  for (const url of urls) {
    // uv takes what is named as http without a word more; pip wants to be told.
    allow(url, true)
    if (new URL(url).host === new URL(standard.index).host) allow(`https://${standard.files}/`, false)
  }
  const trusted = [...new Set([...config.trusted, ...plain])]
  return {
    egress: [...rules.values()],
    shown: withoutCredentials(index),
    settings: {
      'index-url': index,
      ...(config.extra.length > 0 && { 'extra-index-url': config.extra.join('\n    ') }),
      ...(trusted.length > 0 && { 'trusted-host': trusted.join('\n    ') }),
      ...(config.pre && { pre: 'true' }),
      timeout: TIMEOUT_S,
      retries: RETRIES,
    },
    secrets: secretsOf(Object.fromEntries(urls.map((url, at) => [String(at), url]))),
    proxy: config.proxy === null ? null : { url: config.proxy, noProxy: '' },
  }
}

/** Whether a package's own code, run while it is built, could read a credential there. */
export function holdsCredential({ index, extra, clientCert }: IndexConfig): boolean {
  const urls = [index, ...extra].filter((url) => url !== null)
  return clientCert !== null || urls.some((url) => URL.canParse(url) && new URL(url).username !== '')
}

function withoutCredentials(text: string): string {
  const url = new URL(text)
  url.username = ''
  url.password = ''
  url.search = ''
  return url.href
}

function unusable(): McpRunError {
  return new McpRunError('install-failed', 'an index of your Python configuration is no http or https URL', {
    hint: 'pip config list shows what pip makes of it; for uvx, UV_DEFAULT_INDEX, UV_INDEX and uv.toml come first',
  })
}
