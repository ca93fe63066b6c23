import { findProgram } from '../../../runtime/sandbox/tools.ts'
import type { Start } from '../launch/first-answer.ts'
import { versionOf } from '../machine.ts'
import type { ServerFiles } from './server-files.ts'

export const NAMES = ['node', 'run', 'two', 'native', 'mcp-run', 'recorder'] as const

export interface Contender extends Start {
  readonly name: (typeof NAMES)[number]
  readonly label: string
}

export interface Folders {
  readonly work: string
  readonly store: string
  /** The native sandbox keeps its own choice and its own copy of the package. */
  readonly nativeStore: string
}

/** mcp-run on each sandbox. */
export function ownContenders(mcpRun: string, { work, store, nativeStore }: Folders): readonly Contender[] {
  const own = (name: Contender['name'], label: string, at: string, options: readonly string[]): Contender => {
    const argv = [mcpRun, '--store', at, ...options, '--profile', 'everything'] as const
    return { name, label, argv, cwd: work }
  }
  return [
    own('mcp-run', 'mcp-run --sandbox docker', store, ['--sandbox', 'docker']),
    own('recorder', 'the same, --recorder container', store, [
      ...['--sandbox', 'docker', '--recorder', 'container'],
    ]),
    own('native', 'mcp-run --sandbox native', nativeStore, ['--sandbox', 'native']),
  ]
}

/** The same server bare, and by docker's own command line with the same image and files; and why one is left out. */
export function bareContenders(
  { image, mount, command, script }: ServerFiles,
  { work }: Pick<Folders, 'work'>,
): { readonly here: readonly Contender[]; readonly missing: readonly string[] } {
  const node: Contender = {
    name: 'node',
    label: 'node, bare',
    argv: [process.execPath, script],
    cwd: work,
  }
  const docker = findProgram('docker')
  if (docker === null) {
    return { here: [node], missing: ["docker's own command line (apt-get install docker.io)"] }
  }
  const label = `docker run (CLI ${versionOf([docker, '--version'])})`
  const server = ['-v', `${mount.source}:${mount.target}:ro`, image, ...command]
  const run = [docker, 'run', '-i', '--rm', '--network', 'none', ...server] as const
  return {
    here: [
      node,
      { name: 'run', label, argv: run, cwd: work },
      {
        name: 'two',
        label: 'docker run twice: a holder, then the server in its namespaces',
        argv: ['sh', '-c', TWO, docker, image, ...server],
        cwd: work,
      },
    ],
    missing: [],
  }
}

/** $0: docker; $1: the holder's image; the rest: the server. The holder goes when the server has ended. */
const TWO = `
holder=$("$0" run -d --rm --network none "$1" sleep infinity </dev/null) || exit
trap '"$0" kill "$holder" >/dev/null' EXIT
shift
"$0" run -i --rm --network "container:$holder" --pid "container:$holder" "$@"
`
