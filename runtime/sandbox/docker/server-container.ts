import type Dockerode from 'dockerode'
import type { Profile } from '../../model/profile.ts'
import type { LaunchSpec, NamedVolume, ServerImage, Share } from '../backend.ts'
import { SANDBOX_HOME } from '../root-filesystem.ts'
import { limitsOf } from './engine-limits.ts'
import { shellFirst } from './environment-line.ts'
import { ownLabels } from './owner.ts'
import { seccompProfile } from './seccomp-profile.ts'

/** The kernel's own settings and statistics, which the native sandbox does not have either. */
const HIDDEN = '/sys/kernel'
const TMP = 'rw,exec,nosuid,nodev,mode=1777,size=2g'

type OwnImage = Exclude<ServerImage, { kind: 'runner' }>

export interface ServerContainerOptions {
  readonly spec: LaunchSpec
  readonly image: string
  readonly limits: Profile['limits']
  /** `uid:gid`; null: the image's own. */
  readonly user: string | null
  /** The container whose namespaces it joins. */
  readonly tap: string
  /** The engine has the host's files. */
  readonly filesHere: boolean
  /** Files of /etc that are made for the sandbox. */
  readonly etc: readonly { readonly source: string; readonly target: string }[]
  /** Podman takes the filter as a file, and hides folders in words of its own; null for Docker. */
  readonly podman: { readonly seccompFile: string } | null
}

/** How the server's container begins: in the tap's network and among its processes, with nothing but what it is given. */
export function serverContainer(options: ServerContainerOptions): Dockerode.ContainerCreateOptions {
  const { spec, limits, user, tap, podman } = options
  const own = spec.image?.kind === 'image' ? spec.image : null
  const cwd = spec.cwd ?? (own === null ? SANDBOX_HOME : undefined)
  // An account of the image's own has its HOME there.
  const { HOME, ...withoutHome } = spec.env
  const env = user === null ? withoutHome : spec.env
  return {
    Image: options.image,
    ...startOf(spec, own),
    // A runner's comes by stdin.
    Env: own === null ? [] : Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...userOf(own, user),
    ...(cwd !== undefined && { WorkingDir: cwd }),
    ...(own !== null && own.platform !== null && { platform: own.platform }),
    Labels: ownLabels('server'),
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    OpenStdin: true,
    StdinOnce: true,
    Tty: false,
    Healthcheck: { Test: ['NONE'] } as never,
    HostConfig: {
      NetworkMode: `container:${tap}`,
      PidMode: `container:${tap}`,
      IpcMode: 'private',
      CapDrop: ['ALL'],
      SecurityOpt: [
        'no-new-privileges',
        `seccomp=${podman?.seccompFile ?? seccompProfile()}`,
        ...(podman === null ? [] : [`mask=${HIDDEN}`]),
      ],
      ReadonlyRootfs: true,
      Tmpfs: tmpfs(options, own),
      LogConfig: { Type: 'none', Config: {} },
      AutoRemove: true,
      Mounts: mounts(options, own),
      ...limitsOf(limits),
    },
  }
}

function userOf(own: OwnImage | null, user: string | null): { User?: string } {
  if (user !== null) return { User: user }
  return typeof own?.user === 'object' ? { User: own.user.id } : {}
}

function startOf(spec: LaunchSpec, own: OwnImage | null) {
  // A runner's own entrypoint is passed over: the command is the whole of it.
  if (own === null) return { Entrypoint: shellFirst(spec.command), Cmd: [] }
  return {
    ...(own.entrypoint !== null && { Entrypoint: [...own.entrypoint] }),
    ...(spec.command.length > 0 && { Cmd: [...spec.command] }),
  }
}

/**
 * In memory: what the image asks for, and where the host's folder cannot be had, HOME. An empty one hides what Docker
 * hides otherwise only with a list of all that it hides.
 */
function tmpfs(
  { user, filesHere, podman }: ServerContainerOptions,
  own: OwnImage | null,
): Record<string, string> {
  const all = {
    ...Object.fromEntries(['/tmp', ...(own?.tmpfs ?? [])].map((target) => [target, TMP])),
    ...(podman === null && { [HIDDEN]: 'ro,size=4k' }),
  }
  const [uid, gid] = (user ?? '0:0').split(':')
  return filesHere ? all : { ...all, [SANDBOX_HOME]: `rw,exec,nosuid,nodev,mode=0700,uid=${uid},gid=${gid}` }
}

/** Outer folders first: what is mounted later lies over what was mounted before. */
function mounts(
  { spec, etc, filesHere }: ServerContainerOptions,
  own: OwnImage | null,
): Dockerode.MountSettings[] {
  const home = filesHere ? [{ source: spec.home, target: SANDBOX_HOME, write: true }] : []
  const shares: Share[] = [...home, ...etc.map((file) => ({ ...file, write: false })), ...spec.shares]
  // An engine takes each place once: what is shared later says how.
  const each = [...new Map(shares.map((share) => [share.target, share])).values()]
  const bind = ({ source, target, write }: Share) =>
    ({ Type: 'bind', Source: source, Target: target, ReadOnly: !write }) as const
  const volume = ({ name, target, write }: NamedVolume) =>
    ({ Type: 'volume', Source: name ?? '', Target: target, ReadOnly: !write }) as const
  return [...each.map(bind), ...(own?.volumes ?? []).map(volume)]
}
