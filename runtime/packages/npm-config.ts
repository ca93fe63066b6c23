import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { McpRunError } from '../model/errors.ts'
import { escapeText } from '../model/text.ts'
import type { Environment, NpmClient } from './npm-client.ts'
import { type ConfigValue, type ConfigValues, envConfig, parseNpmrc } from './npmrc.ts'

/** The user's npm configuration, credentials included: never to be shown or stored. */
export interface NpmConfig {
  readonly values: ConfigValues
  /** Every option that this npm knows, set or not. */
  readonly known: ReadonlySet<string>
}

const TIMEOUT_MS = 20_000
const MAX_BYTES = 4 * 1024 * 1024

/**
 * Asks the host's npm what it goes by, in `cwd`: a folder of our own with a package.json, so that neither the
 * working folder nor one above it has a say. npm withholds credentials (and URLs that hold some), so those
 * are read from the files that it names, in its own order: built in, global, user, environment.
 */
export async function readNpmConfig(options: {
  npm: NpmClient
  node: string
  env: Environment
  cwd: string
}): Promise<NpmConfig> {
  const { npm, env } = options
  const listed = parseListing(await list(options))
  const files = [join(npm.folder, 'npmrc'), listed.globalconfig, listed.userconfig]
  const read = files.map((file) => (typeof file === 'string' ? parseNpmrc(textOf(file), env) : {}))
  return { values: Object.assign({}, ...read, envConfig(env), listed), known: new Set(Object.keys(listed)) }
}

function list(options: { npm: NpmClient; node: string; env: Environment; cwd: string }): Promise<string> {
  const args = [
    options.npm.cli,
    'config',
    'ls',
    '--json',
    '--no-global',
    '--no-workspaces',
    '--no-update-notifier',
  ]
  const env = { ...options.env, NODE_OPTIONS: undefined }
  return new Promise((resolve, reject) => {
    const limits = { cwd: options.cwd, env, timeout: TIMEOUT_MS, maxBuffer: MAX_BYTES }
    execFile(options.node, args, limits, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(unreadable(escapeText(stderr.trim().slice(-400)) || error.message))
    })
  })
}

function parseListing(text: string): Record<string, ConfigValue> {
  try {
    const listing: unknown = JSON.parse(text)
    if (typeof listing === 'object' && listing !== null) return listing as Record<string, ConfigValue>
  } catch {
    // Said below, without the text: it is the user's configuration.
  }
  throw unreadable('what it prints is not JSON')
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // npm takes a file that is missing or barred for an empty one.
    return ''
  }
}

function unreadable(why: string): McpRunError {
  return new McpRunError('install-failed', `npm's configuration cannot be read: ${why}`, {
    hint: 'npm config ls -l shows what npm makes of it',
  })
}
