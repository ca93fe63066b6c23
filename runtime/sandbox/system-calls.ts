/** The system calls that the sandbox refuses outright: [x64, arm64] numbers; null where there is none. */
const REFUSED: Readonly<Record<string, readonly [number | null, number | null]>> = {
  // other processes
  ptrace: [101, 117],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  kcmp: [312, 272],
  pidfd_getfd: [438, 438],
  // namespaces and mounts
  unshare: [272, 97],
  setns: [308, 268],
  mount: [165, 40],
  umount2: [166, 39],
  pivot_root: [155, 41],
  chroot: [161, 51],
  open_tree: [428, 428],
  move_mount: [429, 429],
  fsopen: [430, 430],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fspick: [433, 433],
  mount_setattr: [442, 442],
  open_tree_attr: [467, 467],
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  // the kernel's keys, programs, events and rings
  add_key: [248, 217],
  request_key: [249, 218],
  keyctl: [250, 219],
  bpf: [321, 280],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
  fanotify_init: [300, 262],
  io_uring_setup: [425, 425],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  lookup_dcookie: [212, 18],
  syslog: [103, 116],
  // the machine
  kexec_load: [246, 104],
  kexec_file_load: [320, 294],
  init_module: [175, 105],
  finit_module: [313, 273],
  delete_module: [176, 106],
  reboot: [169, 142],
  swapon: [167, 224],
  swapoff: [168, 225],
  acct: [163, 89],
  settimeofday: [164, 170],
  clock_settime: [227, 112],
  clock_adjtime: [305, 266],
  sethostname: [170, 161],
  setdomainname: [171, 162],
  iopl: [172, null],
  ioperm: [173, null],
  vhangup: [153, 58],
  nfsservctl: [180, 42],
  uselib: [134, null],
  migrate_pages: [256, 238],
  move_pages: [279, 239],
}

/** Their names. */
export const REFUSED_CALLS: readonly string[] = Object.keys(REFUSED)

export interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number
  /** Numbers from here on belong to another ABI (x32); null where there is none. */
  readonly foreignFrom: number | null
  readonly socket: number
  readonly socketpair: number
  readonly clone: number
  readonly clone3: number
  readonly ioctl: number
  readonly refused: readonly number[]
}

const numbers = (column: 0 | 1): readonly number[] =>
  Object.values(REFUSED).flatMap((row) => row[column] ?? [])

export const ARCHITECTURES: Readonly<Partial<Record<string, Architecture>>> = {
  x64: {
    audit: 0xc000003e,
    foreignFrom: 0x40000000,
    socket: 41,
    socketpair: 53,
    clone: 56,
    clone3: 435,
    ioctl: 16,
    refused: numbers(0),
  },
  arm64: {
    audit: 0xc00000b7,
    foreignFrom: null,
    socket: 198,
    socketpair: 199,
    clone: 220,
    clone3: 435,
    ioctl: 29,
    refused: numbers(1),
  },
}
