import type Dockerode from 'dockerode'
import { ownLabels } from './owner.ts'
import { LINK_FOLDER, LINK_SOCKET } from './tap-container.ts'

const PROGRAM = '/opt/mcp-run/recorder.cjs'
/** The folder of the link belongs to it in the image. */
const USER = '10002:10002'
const MEMORY_BYTES = 512 * 1024 * 1024
const PIDS = 64

/** How the recorder's container begins: the uplink, nothing of the host's, and no way in but the link and its stdio. */
export function recorderContainer(image: string): Dockerode.ContainerCreateOptions {
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
      Memory: MEMORY_BYTES,
      PidsLimit: PIDS,
    },
  }
}
