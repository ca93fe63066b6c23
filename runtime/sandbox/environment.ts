import { dirname } from 'node:path'
import type { Profile } from '../model/profile.ts'
import type { Share } from './backend.ts'
import { certificateEnvironment } from './certificates.ts'
import { isInRoot, programShare } from './shares.ts'

/** Passed on always: they say how a person likes text, and nothing of who the person is. */
const HARMLESS = /^(LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|COLORTERM|NO_COLOR|FORCE_COLOR)$/
const PATH = ['/usr/local/bin', '/usr/bin', '/bin']

export interface Environment {
  readonly env: Readonly<Record<string, string>>
  readonly shares: readonly Share[]
}

export interface EnvironmentOptions {
  readonly host: Readonly<Record<string, string | undefined>>
  readonly profile: Profile['env']
  /** `--pass-env`. */
  readonly pass: readonly string[]
  /** Paths in the sandbox. */
  readonly home: string
  readonly cwd: string
  /** The node that runs the server. */
  readonly node: string
  /** Whether the sandbox has what the host has at this path. */
  readonly rootHolds: (path: string) => boolean
}

/** The server's whole environment: what it needs to run, what its profile names, and nothing else of ours. */
export function serverEnvironment(options: EnvironmentOptions): Environment {
  const { host, profile, pass, home, cwd, node, rootHolds } = options
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && HARMLESS.test(name)) env[name] = value
  }
  Object.assign(env, {
    PATH: [...new Set([...(isInRoot(node) ? [] : [dirname(node)]), ...PATH])].join(':'),
    HOME: home,
    USER: 'mcp',
    LOGNAME: 'mcp',
    SHELL: '/bin/sh',
    TMPDIR: '/tmp',
  })
  for (const name of [...profile.pass, ...pass]) {
    const value = host[name]
    if (value !== undefined) env[name] = value
  }
  // Passed by name or not: the host's path says nothing in there.
  const certificates = certificateEnvironment(host, rootHolds)
  Object.assign(env, certificates.env)
  for (const [name, value] of Object.entries(profile.set)) {
    env[name] = value.replace(/\$\{(HOME|CWD)\}/g, (_, which) => (which === 'HOME' ? home : cwd))
  }
  return { env, shares: [...certificates.shares, ...programShare(node)] }
}
