/** One setting: arrays come from keys written `name[]`. */
export type ConfigValue = string | number | boolean | null | readonly string[]
export type ConfigValues = Readonly<Record<string, ConfigValue>>

/**
 * Reads an npmrc: `key = value` lines, `;` and `#` comments, quoted values as JSON, `key[]` for lists, and
 * `${NAME}` from `env` in both halves (`${NAME?}`: empty when unset; unset without the mark: left as it is).
 * Sections hold nothing that npm reads.
 */
export function parseNpmrc(text: string, env: Readonly<Record<string, string | undefined>>): ConfigValues {
  const values = new Map<string, ConfigValue>()
  for (const line of text.split(/[\r\n]+/)) {
    if (/^\s*([;#]|$)/.test(line)) continue
    if (/^\[[^\]]*\]\s*$/.test(line)) break
    const at = line.indexOf('=')
    const rawKey = expand(unquote(at < 0 ? line : line.slice(0, at)), env)
    const value = at < 0 ? 'true' : expand(unquote(line.slice(at + 1)), env)
    const key = rawKey.endsWith('[]') ? rawKey.slice(0, -2) : rawKey
    const before = values.get(key)
    if (key !== rawKey || Array.isArray(before)) {
      values.set(key, [
        ...(Array.isArray(before) ? before : before === undefined ? [] : [String(before)]),
        value,
      ])
    } else {
      values.set(key, word(value))
    }
  }
  return Object.fromEntries(values)
}

function word(value: string): ConfigValue {
  if (value === 'null') return null
  return value === 'true' ? true : value === 'false' ? false : value
}

/** Written so that npm reads the same values back: nothing in them is expanded or taken for a comment. */
export function formatNpmrc(values: ConfigValues): string {
  const lines: string[] = []
  for (const [key, value] of Object.entries(values)) {
    if (Array.isArray(value)) lines.push(...value.map((item) => `${key}[]=${literal(item)}`))
    else lines.push(`${key}=${typeof value === 'string' ? literal(value) : String(value)}`)
  }
  return lines.map((line) => `${line}\n`).join('')
}

/** Settings of `npm_config_*` variables, which npm reads after its files. Names of hosts keep their case. */
export function envConfig(env: Readonly<Record<string, string | undefined>>): ConfigValues {
  const values: Record<string, ConfigValue> = {}
  for (const [name, value] of Object.entries(env)) {
    if (!/^npm_config_/i.test(name) || value === undefined || value === '') continue
    const key = name.slice('npm_config_'.length)
    values[key.startsWith('//') ? key : key.replace(/(?!^)_/g, '-').toLowerCase()] = value
  }
  return values
}

function unquote(text: string): string {
  const value = text.trim()
  const quote = value[0]
  if ((quote === '"' || quote === "'") && value.length > 1 && value.endsWith(quote)) {
    const inner = quote === "'" ? value.slice(1, -1) : value
    try {
      return String(JSON.parse(inner))
    } catch {
      return inner
    }
  }
  // A comment starts at the first `;` or `#` that no backslash stands before.
  const code = /^(?:\\.|[^\\;#])*\\?/s.exec(value)?.[0] ?? ''
  return code.replace(/\\([\\;#])/g, '$1').trim()
}

function expand(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(
    /(\\*)\$\{([^${}?]+)(\?)?\}/g,
    (all, slashes: string, name: string, optional?: string) => {
      const kept = slashes.slice(0, Math.floor(slashes.length / 2))
      // An odd number of backslashes: the last one escapes the dollar.
      if (slashes.length % 2 === 1) return kept + all.slice(slashes.length)
      return kept + (env[name] ?? (optional === undefined ? `\${${name}}` : ''))
    },
  )
}

function literal(value: string): string {
  return JSON.stringify(value.replace(/(\\*)\$\{/g, '$1$1\\${'))
}
