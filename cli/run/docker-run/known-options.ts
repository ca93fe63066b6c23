import {
  dropped,
  judgeContentTrust,
  judgeNamespace,
  judgeNetwork,
  judgeSecurity,
  judgeVolumeDriver,
  MET,
  OWN_NETWORK,
  type Ruling,
  refused,
} from './ruling.ts'

/** The options that become part of the request. */
export type TakenOption =
  | 'env'
  | 'env-file'
  | 'volume'
  | 'mount'
  | 'tmpfs'
  | 'entrypoint'
  | 'workdir'
  | 'user'
  | 'memory'
  | 'cpus'
  | 'pids-limit'
  | 'platform'
  | 'pull'

export interface KnownOption {
  /** Without dashes. */
  readonly name: string
  readonly short: string | null
  /** False: a switch, whose value is `true` or `false`, never the next word. */
  readonly takesValue: boolean
  readonly rule:
    | { readonly kind: 'taken'; readonly as: TakenOption }
    | { readonly kind: 'judged'; readonly judge: (value: string) => Ruling }
    /** For a switch that is on, and for any value. */
    | Ruling
}

const taken = (as: TakenOption, short = ''): KnownOption => option({ kind: 'taken', as }, `${short} --${as}=`)
const judged = (judge: (value: string) => Ruling, ...options: string[]): KnownOption[] =>
  ruled({ kind: 'judged', judge }, ...options)

/** `docker run` of version 28, hidden aliases included, and what of podman's own is in use. */
export const KNOWN_OPTIONS: readonly KnownOption[] = [
  taken('env', '-e'),
  taken('env-file'),
  taken('volume', '-v'),
  taken('mount'),
  taken('tmpfs'),
  taken('entrypoint'),
  taken('workdir', '-w'),
  taken('user', '-u'),
  taken('memory', '-m'),
  taken('cpus'),
  taken('pids-limit'),
  taken('platform'),
  taken('pull'),

  ...ruled(MET, '-i --interactive', '-a --attach=', '--rm', '--init', '--sig-proxy', '--read-only'),
  ...ruled(MET, '--cap-drop=', '-q --quiet', '--read-only-tmpfs'),
  ...judged(judgeNetwork, '--network=', '--net='),
  ...judged(judgeNamespace, '--pid=', '--ipc=', '--uts=', '--userns=', '--cgroupns='),
  ...judged(judgeSecurity, '--security-opt='),
  ...judged(judgeVolumeDriver, '--volume-driver='),
  ...judged(judgeContentTrust, '--disable-content-trust'),

  ...ruled(dropped(OWN_NETWORK), '-p --publish=', '-P --publish-all', '--expose=', '--link=', '--ip='),
  ...ruled(dropped(OWN_NETWORK), '--ip6=', '--link-local-ip=', '--mac-address=', '--network-alias='),
  ...ruled(dropped(OWN_NETWORK), '--net-alias=', '--http-proxy'),
  ...ruled(
    dropped('names are answered by the recorder; a service on the host is declared as host-loopback'),
    ...['--add-host=', '--dns=', '--dns-option=', '--dns-opt=', '--dns-search=', '--no-hosts'],
  ),
  ...ruled(
    dropped('mcp-run names and labels its containers itself'),
    ...['--name=', '-h --hostname=', '--domainname=', '-l --label=', '--label-file=', '--annotation='],
    ...['--cidfile=', '--replace'],
  ),
  ...ruled(
    dropped('mcp-run starts, watches and ends the container itself'),
    ...['--restart=', '--stop-signal=', '--stop-timeout=', '--detach-keys=', '--no-healthcheck'],
    ...['--health-cmd=', '--health-interval=', '--health-retries=', '--health-start-period='],
    ...['--health-start-interval=', '--health-timeout=', '--init-path=', '--systemd=', '--timeout='],
  ),
  ...ruled(dropped('the engine logs nothing of the conversation'), '--log-driver=', '--log-opt='),
  ...ruled(dropped("a terminal would change the protocol's lines"), '-t --tty'),
  ...ruled(
    dropped('of the limits, --memory, --cpus and --pids-limit are kept'),
    ...['--memory-swap=', '--memory-reservation=', '--memory-swappiness=', '--kernel-memory='],
    ...['-c --cpu-shares=', '--cpu-period=', '--cpu-quota=', '--cpu-rt-period=', '--cpu-rt-runtime='],
    ...['--cpu-count=', '--cpu-percent=', '--cpuset-cpus=', '--cpuset-mems=', '--blkio-weight='],
    ...['--blkio-weight-device=', '--device-read-bps=', '--device-read-iops=', '--device-write-bps='],
    ...['--device-write-iops=', '--io-maxbandwidth=', '--io-maxiops=', '--ulimit=', '--shm-size='],
    ...['--storage-opt=', '--oom-kill-disable', '--oom-score-adj=', '--cgroup-parent='],
  ),
  ...ruled(dropped("the sandbox's kernel settings and groups are its own"), '--sysctl=', '--group-add='),
  ...ruled(dropped('it is for Windows'), '--isolation='),
  ...ruled(dropped('-e TZ=… sets the time zone'), '--tz='),

  ...ruled(refused('is refused: it gives the server the whole machine'), '--privileged'),
  ...ruled(refused('is refused: a capability can open the sandbox'), '--cap-add='),
  ...ruled(refused('is refused: a device is a way out of the sandbox'), '--device=', '--device-cgroup-rule='),
  ...ruled(
    refused(
      'is refused: GPUs are devices of the host',
      'leave it out; the server then has the processor alone',
    ),
    '--gpus=',
  ),
  ...ruled(
    refused(
      "is refused: another container's folders are not known here",
      'name each folder: --mount type=bind,src=DIR,dst=DIR,readonly',
    ),
    '--volumes-from=',
  ),
  ...ruled(refused('is refused: who has the engine has the machine'), '--use-api-socket'),
  ...ruled(refused("is refused: the sandbox runs with the engine's own runtime"), '--runtime='),
  ...ruled(
    refused('is refused: a detached container has no stdio to speak MCP over', 'leave it out'),
    '-d --detach',
  ),
  ...ruled(refused('is refused: it would pass every variable', 'name each one: -e NAME'), '--env-host'),
  ...ruled(refused("is refused: podman's secrets are not handed on", '-e NAME'), '--secret='),
  ...ruled(refused('is refused: the sandbox maps ids itself'), '--uidmap=', '--gidmap='),
  ...ruled(refused('is refused: the sandbox is joined to nothing'), '--pod=', '--pod-id-file='),
  ...ruled(refused('is refused: what is run is an image'), '--rootfs'),
]

function ruled(rule: KnownOption['rule'], ...options: string[]): KnownOption[] {
  return options.map((text) => option(rule, text))
}

/** `-s --name=`, the sign for an option with a value. */
function option(rule: KnownOption['rule'], text: string): KnownOption {
  const [, short = null, name = '', sign] = /^(?:-(.) )? ?--([a-z0-9-]+)(=)?$/.exec(text) ?? []
  return { name, short, takesValue: sign !== undefined, rule }
}
