import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { findProgram } from '../../../runtime/sandbox/tools.ts'
import { versionOf } from '../machine.ts'
import { type Peers, SERVER, SRT } from './peers.ts'

export interface Contender {
  readonly name: 'node' | 'npx' | 'npx pinned' | 'srt' | 'mcp-run'
  readonly label: string
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
}

const SRT_NEEDS = { rg: 'ripgrep', socat: 'socat', bwrap: 'bubblewrap' } as const

/** Each way to start the same server, and why a way is left out. */
export function contenders(options: {
  readonly folder: string
  readonly cache: string
  readonly peers: Peers
  /** The program as its package installs it. */
  readonly mcpRun: string
}): { readonly here: readonly Contender[]; readonly missing: readonly string[] } {
  const { folder, cache, peers, mcpRun } = options
  const cwd = join(folder, 'work')
  mkdirSync(cwd, { recursive: true })
  const settings = join(folder, 'srt-settings.json')
  writeFileSync(settings, JSON.stringify(srtSettings(cwd)))
  const node = process.execPath
  const npx = [join(dirname(node), 'npx'), '--cache', cache, '-y'] as const
  const here: Contender[] = [
    { name: 'node', label: 'node, bare', argv: [node, peers.server], cwd },
    // As clients' configurations have it; with the version it asks the registry less.
    {
      name: 'npx',
      label: `npx -y, warm (npm ${versionOf([npx[0], '--version'])})`,
      argv: [...npx, SERVER.name],
      cwd,
    },
    {
      name: 'npx pinned',
      label: 'npx -y …@version, warm',
      argv: [...npx, `${SERVER.name}@${SERVER.version}`],
      cwd,
    },
    {
      name: 'mcp-run',
      label: 'mcp-run, warm',
      argv: [mcpRun, '--store', join(folder, 'store'), '--profile', 'everything'],
      cwd,
    },
  ]
  const lacks = Object.entries(SRT_NEEDS).filter(([program]) => findProgram(program) === null)
  if (lacks.length > 0) {
    const packages = lacks.map(([, name]) => name).join(' ')
    return { here, missing: [`srt: it needs ${packages} (apt-get install ${packages})`] }
  }
  const argv = [node, peers.srt, '--settings', settings, node, peers.server] as const
  return { here: [...here, { name: 'srt', label: `srt ${SRT.version}`, argv, cwd }], missing: [] }
}

/** What mcp-run's own profile of the server declares, in srt's words. */
function srtSettings(cwd: string) {
  return {
    network: { allowedDomains: ['raw.githubusercontent.com'], deniedDomains: [] },
    filesystem: { denyRead: [], allowWrite: [cwd], denyWrite: [] },
  }
}
