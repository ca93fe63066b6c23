import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { findProgram, LAUNCHER, unshareProgram } from '../../runtime/sandbox/tools.ts'
import { type Check, missing, ok } from './check.ts'

/** Kernel settings that bar a plain user from making namespaces: what bars, and what lets. */
const SETTINGS = [
  {
    file: '/proc/sys/kernel/unprivileged_userns_clone',
    bars: '0',
    name: 'kernel.unprivileged_userns_clone',
    lets: '1',
  },
  { file: '/proc/sys/user/max_user_namespaces', bars: '0', name: 'user.max_user_namespaces', lets: '15000' },
] as const
const APPARMOR = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns'
const APPARMOR_PROFILE = '/etc/apparmor.d/mcp-run'

/** AppArmor lets this one program make user namespaces, and what it starts stays under the same profile. */
export const APPARMOR_TEXT = `abi <abi/4.0>,
include <tunables/global>

profile mcp-run ${LAUNCHER} flags=(unconfined) {
  userns,
}
`

/** Whether this user can make the namespaces: tried, not guessed. */
export function checkUserNamespaces(): Check {
  const name = 'user namespaces'
  if (process.getuid?.() === 0)
    return ok(name, 'not needed: mcp-run is root, and the server gets an id of its own')
  const unshare = unshareProgram()
  if (unshare === null) return missing(name, 'cannot be tried without unshare')
  const { status, stderr } = spawnSync(unshare, ['--user', '--map-root-user', '--net', 'true'], {
    encoding: 'utf8',
  })
  if (status === 0) return ok(name, 'a plain user can make them')
  const barred = SETTINGS.find(({ file, bars }) => read(file) === bars)
  if (barred !== undefined) {
    return missing(name, `${barred.name} is ${barred.bars}`, [
      ['sysctl', '-w', `${barred.name}=${barred.lets}`],
    ])
  }
  if (read(APPARMOR) === '1')
    return missing(name, 'AppArmor bars them for programs without a profile', apparmorFix())
  return missing(name, `refused: ${stderr.trim()}`)
}

function apparmorFix(): Check['fix'] {
  const unshare = findProgram('unshare') ?? '/usr/bin/unshare'
  const write = `printf %s ${shellQuote(APPARMOR_TEXT)} > ${APPARMOR_PROFILE}`
  return [
    ['install', '-D', '-m', '0755', unshare, LAUNCHER],
    ['sh', '-c', write],
    ['apparmor_parser', '-r', APPARMOR_PROFILE],
  ]
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return null
  }
}
