import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Environment } from '../npm-client.ts'

/** Which tool's configuration is meant: uvx goes by uv's where that names an index, else by pip's. */
export type PythonTool = 'uv' | 'pip'

/** Where the user's Python packages come from, credentials included: never to be shown or stored. */
export interface IndexConfig {
  /** A URL; null: pip's own default. */
  readonly index: string | null
  /** Looked in as well. */
  readonly extra: readonly string[]
  /** Hosts that pip takes without TLS, or whatever their certificate. */
  readonly trusted: readonly string[]
  /** A file of authorities. */
  readonly cert: string | null
  /** A file with the user's certificate and key. */
  readonly clientCert: string | null
  readonly proxy: string | null
  readonly pre: boolean
}

type Settings = Readonly<Record<string, string>>

export function readIndexConfig(tool: PythonTool, env: Environment): IndexConfig {
  const pip = pipSettings(env)
  const { index, extra } = (tool === 'uv' ? uvIndexes(env) : null) ?? {
    index: pip['index-url'] ?? null,
    extra: words(pip['extra-index-url']),
  }
  return {
    index,
    extra,
    trusted: words(pip['trusted-host']),
    cert: pip.cert ?? (env.SSL_CERT_FILE || null),
    clientCert: pip['client-cert'] ?? null,
    proxy: pip.proxy ?? null,
    pre: /^(1|true|yes|on)$/i.test(pip.pre ?? ''),
  }
}

/** pip's files in its own order (global, user, PIP_CONFIG_FILE), then its variables. A project's are none of them. */
function pipSettings(env: Environment): Settings {
  const home = env.HOME ?? homedir()
  const named = env.PIP_CONFIG_FILE
  const files = [
    ...['/etc/xdg/pip/pip.conf', '/etc/pip.conf', '/Library/Application Support/pip/pip.conf'],
    ...[join(home, '.pip/pip.conf'), join(pipHome(env, home), 'pip.conf')],
    ...(named ? [named] : []),
  ]
  // Its own way to say: no file at all.
  const read = named === '/dev/null' ? [] : files.map((file) => parsePipConf(textOf(file)))
  const variables = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith('PIP_') && value ? [[settingName(name.slice(4)), value] as const] : [],
  )
  return Object.assign({}, ...read, Object.fromEntries(variables))
}

/** The sections `global` and `install`, the latter winning. A value goes on in lines that are set in. */
export function parsePipConf(text: string): Settings {
  const sections: Record<string, Record<string, string>> = {}
  let section: Record<string, string> = {}
  let key: string | null = null
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*([#;].*)?$/.test(line)) continue
    const head = /^\[([^\]]*)\]/.exec(line)?.[1]
    const [, name, value = ''] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? []
    if (head !== undefined) {
      section = sections[head] ??= {}
      key = null
    } else if (/^\s/.test(line) && key !== null) {
      section[key] = `${section[key]} ${line.trim()}`.trim()
    } else if (name !== undefined) {
      key = settingName(name)
      section[key] = value.trim()
    }
  }
  return { ...sections.global, ...sections.install }
}

/** Null where uv is told of none. */
function uvIndexes(env: Environment): Pick<IndexConfig, 'index' | 'extra'> | null {
  const files = env.UV_CONFIG_FILE
    ? [env.UV_CONFIG_FILE]
    : ['/etc/uv/uv.toml', join(configHome(env), 'uv/uv.toml')]
  const read = env.UV_NO_CONFIG ? [] : files.map((file) => parseUvToml(textOf(file)))
  const filed = {
    index: null,
    extra: [],
    ...read.findLast(({ index, extra }) => index !== null || extra.length > 0),
  }
  // `name=URL` gives an index a name.
  const named = words(env.UV_INDEX).map((word) => word.replace(/^[\w.-]+=/, ''))
  const extra = [...named, ...words(env.UV_EXTRA_INDEX_URL), ...filed.extra]
  const index = (env.UV_DEFAULT_INDEX?.replace(/^[\w.-]+=/, '') || env.UV_INDEX_URL || filed.index) ?? null
  return index === null && extra.length === 0 ? null : { index, extra }
}

/** What of a uv.toml names an index: `index-url`, `extra-index-url`, and the tables `[[index]]`. */
export function parseUvToml(text: string): Pick<IndexConfig, 'index' | 'extra'> {
  let index: string | null = null
  const extra: string[] = []
  const tables = text.split(/^\s*(?=\[)/m)
  for (const table of tables) {
    const value = (key: string) =>
      new RegExp(`^\\s*${key}\\s*=\\s*(["'])(.*?)\\1`, 'm').exec(table)?.[2] ?? null
    if (/^\[\[index\]\]/.test(table)) {
      const url = value('url')
      if (url !== null && /^\s*default\s*=\s*true/m.test(table)) index = url
      else if (url !== null) extra.push(url)
    } else if (!table.startsWith('[') || /^\[pip\]/.test(table)) {
      index ??= value('index-url')
      const listed = /^\s*extra-index-url\s*=\s*\[([^\]]*)\]/m.exec(table)?.[1] ?? ''
      extra.push(...[...listed.matchAll(/(["'])(.*?)\1/g)].flatMap(([, , url]) => url ?? []))
    }
  }
  return { index, extra }
}

/** macOS has a folder of its own, which counts where it is there. */
function pipHome(env: Environment, home: string): string {
  const own = join(home, 'Library/Application Support/pip')
  return existsSync(own) ? own : join(configHome(env), 'pip')
}

function configHome(env: Environment): string {
  const { XDG_CONFIG_HOME: xdg } = env
  return xdg !== undefined && isAbsolute(xdg) ? xdg : join(env.HOME ?? homedir(), '.config')
}

function settingName(name: string): string {
  return name.trim().toLowerCase().replaceAll('_', '-').replace(/^--/, '')
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '')
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // pip and uv take a file that is missing or barred for an empty one.
    return ''
  }
}
