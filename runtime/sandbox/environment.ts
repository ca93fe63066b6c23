import { dirname } from 'node:path'
import type { Profile } from '../model/profile.ts'
import type { Share } from './backend.ts'
import { certificateEnvironment } from './certificates.ts'
import type { TrustFiles } from './session-trust.ts'
import { isInRoot, programShare } from './shares.ts'

/** Passed on always: they say how a person likes text, and nothing of who the person is. */
const HARMLESS = /^(LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|COLORTERM|NO_COLOR|FORCE_COLOR)$/
const PATH = ['/usr/local/bin', '/usr/bin', '/bin']
/** Where mcp-run's own programs appear in the sandbox. */
const PROGRAMS = '/mcp-run/bin'

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
  /** The host's node, where it runs the server. */
  readonly node: string | null
  /** Whether a file of the host is in the sandbox, at the same path. */
  readonly holds: (path: string) => boolean
  /** The host's folder with the programs that stand in place of others: those that open a browser. */
  readonly programs: string
  /** More folders of PATH, as paths in the sandbox: those of an installed package's own commands. */
  readonly folders?: readonly string[]
  /** Of a session whose requests are read: it trusts the session's authority too. */
  readonly trust?: TrustFiles
}

/** The server's whole environment: what it needs to run, what its profile names, and nothing else of ours. */
export function serverEnvironment(options: EnvironmentOptions): Environment {
  const { host, profile, pass, home, cwd, node, holds, programs, folders = [] } = options
  const env: Record<string, string> = {}
  for (const [name, value] of Object.entries(host)) {
    if (value !== undefined && HARMLESS.test(name)) env[name] = value
  }
  Object.assign(env, {
    PATH: [
      ...new Set([
        PROGRAMS,
        ...folders,
        ...(node === null || isInRoot(node) ? [] : [dirname(node)]),
        ...PATH,
      ]),
    ].join(':'),
    BROWSER: `${PROGRAMS}/xdg-open`,
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
  const certificates = options.trust ?? certificateEnvironment(host, holds)
  const { JAVA_TOOL_OPTIONS: java, ...variables } = certificates.env
  Object.assign(env, variables)
  for (const [name, value] of Object.entries(profile.set)) {
    env[name] = value.replace(/\$\{(HOME|CWD)\}/g, (_, which) => (which === 'HOME' ? home : cwd))
  }
  // The one of these variables that says other things as well.
  if (java !== undefined) env.JAVA_TOOL_OPTIONS = [env.JAVA_TOOL_OPTIONS, java].filter(Boolean).join(' ')
  const own = { source: programs, target: PROGRAMS, write: false }
  return { env, shares: [own, ...certificates.shares, ...(node === null ? [] : programShare(node))] }
}
