import type Dockerode from 'dockerode'
import { whileConfiguring } from '../../tap/configure.ts'
import { OWN_IPV4 } from '../../tap/rules.ts'
import { SANDBOX_HOST } from '../root-filesystem.ts'
import { ownLabels } from './owner.ts'

/** In the tap's image. */
const PROGRAM = '/opt/mcp-run/tap.cjs'
export const LINK_FOLDER = '/link'
/** In the folder above. */
export const LINK_SOCKET = 's'

/** IPv6 is off in a container's network until it is asked for; ports below 1024 stay the recorder's. */
const SYSCTLS = {
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.default.disable_ipv6': '0',
  'net.ipv4.ip_unprivileged_port_start': '1024',
}

/** How the container begins that makes the sandbox's network, and whose end is the end of all that joins it. */
export function tapContainer(options: {
  readonly image: string
  /** What is mounted at /link: a folder of the host, or the volume of another container, with the tap's socket. */
  readonly link: { readonly bind: string } | { readonly volumesFrom: string }
}): Dockerode.ContainerCreateOptions {
  const { image, link } = options
  return {
    Image: image,
    Entrypoint: whileConfiguring(['node', PROGRAM, `${LINK_FOLDER}/${LINK_SOCKET}`]),
    // A namespace with lo alone, as the mode `none` gives it, and without that mode's half a second in Docker's own
    // network library. Podman reads the mode alone.
    NetworkDisabled: true,
    Hostname: SANDBOX_HOST,
    User: '0:0',
    Labels: ownLabels('tap'),
    // It waits and has no more to do: an engine that stops need not wait for it.
    StopSignal: 'SIGKILL',
    Healthcheck: { Test: ['NONE'] } as never,
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      CapAdd: ['NET_ADMIN', 'NET_BIND_SERVICE'],
      SecurityOpt: ['no-new-privileges'],
      Sysctls: SYSCTLS,
      ReadonlyRootfs: true,
      IpcMode: 'private',
      // For a server's container that is shown no files of ours: it has those of the network's.
      Dns: [OWN_IPV4],
      DnsSearch: ['.'],
      DnsOptions: ['timeout:5', 'attempts:2'],
      LogConfig: { Type: 'none', Config: {} },
      AutoRemove: true,
      ...('bind' in link
        ? { Mounts: [{ Type: 'bind', Source: link.bind, Target: LINK_FOLDER }] }
        : { VolumesFrom: [link.volumesFrom] }),
    },
  }
}
