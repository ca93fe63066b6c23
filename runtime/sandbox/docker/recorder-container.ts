import { existsSync, readFileSync } from 'node:fs'
import type Dockerode from 'dockerode'
import { parseHosts } from '../../model/hosts-text.ts'
import { type KeptLimits, ownLimits } from './engine-limits.ts'
import { ownLabels } from './owner.ts'
import { LINK_FOLDER, LINK_SOCKET } from './tap-container.ts'

const PROGRAM = '/opt/mcp-run/recorder.cjs'
/** The folder of the link belongs to it in the image. */
const USER = '10002:10002'
const MEMORY_BYTES = 512 * 1024 * 1024
const PIDS = 64
const HOSTS = '/etc/hosts'
const MAX_HOST_NAMES = 1000

/** How the recorder's container begins: the uplink, nothing of the host's, and no way in but the link and its stdio. */
export function recorderContainer(image: string, keeps: KeptLimits): Dockerode.ContainerCreateOptions {
  return {
    Image: image,
    Entrypoint: ['node', PROGRAM, `${LINK_FOLDER}/${LINK_SOCKET}`],
    User: USER,
    Labels: ownLabels('recorder'),
    Volumes: { [LINK_FOLDER]: {} },
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    StopSignal: 'SIGKILL',
    Healthcheck: { Test: ['NONE'] } as never,
    HostConfig: {
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      IpcMode: 'private',
      LogConfig: { Type: 'none', Config: {} },
      AutoRemove: true,
      ...ownLimits(keeps, MEMORY_BYTES, PIDS),
      ExtraHosts: hostNames(),
    },
  }
}

/** The names that the host itself knows, as far as they lead elsewhere than to it: they resolve as they do there. */
function hostNames(): string[] {
  const text = existsSync(HOSTS) ? readFileSync(HOSTS, 'utf8') : ''
  return [...parseHosts(text)]
    .filter(([name]) => !/^(localhost|ip6-.*|.*\.localhost|broadcasthost)$/.test(name))
    .flatMap(([name, addresses]) => addresses.map((address) => `${name}:${address}`))
    .slice(0, MAX_HOST_NAMES)
}
