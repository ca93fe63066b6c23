import { spawnSync } from 'node:child_process'
import { findProgram, TOOLS, type Tool } from '../../runtime/sandbox/tools.ts'
import { type Check, missing, ok } from './check.ts'

const VERSION_OPTION: Readonly<Record<Tool, string>> = {
  unshare: '--version',
  ip: '-V',
  nft: '--version',
  bwrap: '--version',
}

/** How each package manager is told to install; the packages' names are the same in all but as noted. */
const MANAGERS: readonly { readonly program: string; readonly install: readonly (readonly string[])[] }[] = [
  {
    program: 'apt-get',
    install: [
      ['apt-get', 'update'],
      ['apt-get', 'install', '-y'],
    ],
  },
  { program: 'dnf', install: [['dnf', 'install', '-y']] },
  { program: 'zypper', install: [['zypper', '--non-interactive', 'install']] },
  { program: 'pacman', install: [['pacman', '-S', '--noconfirm']] },
  { program: 'apk', install: [['apk', 'add']] },
]

export function checkTools(): readonly Check[] {
  return (Object.keys(TOOLS) as Tool[]).map((tool) => {
    const path = findProgram(tool)
    if (path === null) return missing(tool, 'not found', installCommands(TOOLS[tool]))
    const { stdout } = spawnSync(path, [VERSION_OPTION[tool]], { encoding: 'utf8' })
    return ok(tool, `${path} (${stdout.trim().split('\n')[0] ?? ''})`)
  })
}

function installCommands(name: string): Check['fix'] {
  const manager = MANAGERS.find(({ program }) => findProgram(program) !== null)
  if (manager === undefined) return null
  const steps = manager.install
  return steps.map((step, index) => (index === steps.length - 1 ? [...step, name] : step))
}
