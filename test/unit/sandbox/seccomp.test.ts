import { describe, expect, it } from 'vitest'
import { McpRunError } from '../../../runtime/model/errors.ts'
import { seccompFilter } from '../../../runtime/sandbox/seccomp.ts'
import { type Outcome, runFilter } from './filter-machine.ts'

/** System call numbers as the kernel has them: asm/unistd_64.h and asm-generic/unistd.h. */
// biome-ignore format: a table of numbers
const MACHINES = {
  x64: {
    arch: 0xc000003e,
    calls: {
      read: 0, write: 1, socket: 41, connect: 42, socketpair: 53, clone: 56, fork: 57, execve: 59, kill: 62, ptrace: 101,
      mount: 165, ioctl: 16, unshare: 272, setns: 308, bpf: 321, userfaultfd: 323, io_uring_setup: 425, clone3: 435,
      keyctl: 250, add_key: 248, perf_event_open: 298, process_vm_readv: 310, pidfd_getfd: 438, chroot: 161, openat: 257,
      memfd_create: 319, setuid: 105, prctl: 157, pivot_root: 155, init_module: 175, reboot: 169, open_by_handle_at: 304,
    },
  },
  arm64: {
    arch: 0xc00000b7,
    calls: {
      read: 63, write: 64, socket: 198, connect: 203, socketpair: 199, clone: 220, execve: 221, kill: 129, ptrace: 117,
      mount: 40, ioctl: 29, unshare: 97, setns: 268, bpf: 280, userfaultfd: 282, io_uring_setup: 425, clone3: 435,
      keyctl: 219, add_key: 217, perf_event_open: 241, process_vm_readv: 270, pidfd_getfd: 438, chroot: 51, openat: 56,
      memfd_create: 279, setuid: 146, prctl: 167, pivot_root: 41, init_module: 105, reboot: 142, open_by_handle_at: 265,
    },
  },
} as const
type Name = keyof (typeof MACHINES)['arm64']['calls']

const EVERYDAY: readonly Name[] = [
  'read',
  'write',
  'connect',
  'execve',
  'kill',
  'openat',
  'memfd_create',
  'setuid',
  'prctl',
]
const REFUSED: readonly Name[] = [
  'ptrace',
  'mount',
  'unshare',
  'setns',
  'bpf',
  'userfaultfd',
  'io_uring_setup',
  'keyctl',
  'add_key',
  'perf_event_open',
  'process_vm_readv',
  'pidfd_getfd',
  'chroot',
  'pivot_root',
  'init_module',
  'reboot',
  'open_by_handle_at',
]

/** [family, type, protocol]: the type may carry SOCK_CLOEXEC and SOCK_NONBLOCK. */
const SOCKETS: readonly (readonly [string, readonly [number, number, number], Outcome])[] = [
  ['unix stream', [1, 1, 0], 'allow'],
  ['unix datagram', [1, 2, 0], 'allow'],
  ['TCP over IPv4', [2, 1 | 0o2004000, 0], 'allow'],
  ['TCP over IPv4, named', [2, 1, 6], 'allow'],
  ['UDP over IPv6', [10, 2 | 0o2000000, 17], 'allow'],
  ['MPTCP', [2, 1, 262], 'EPERM'],
  ['SCTP stream', [2, 1, 132], 'EPERM'],
  ['SCTP packets', [2, 5, 132], 'EPERM'],
  ['UDP-Lite', [2, 2, 136], 'EPERM'],
  ['a ping socket', [2, 2, 1], 'EPERM'],
  ['raw IPv4', [2, 3, 255], 'EPERM'],
  ['raw IPv6', [10, 3, 58], 'EPERM'],
  ['packet', [17, 3, 768], 'EPERM'],
  ['vsock', [40, 1, 0], 'EPERM'],
  ['bluetooth', [31, 3, 0], 'EPERM'],
  ['alg', [38, 5, 0], 'EPERM'],
  ['XDP', [44, 3, 0], 'EPERM'],
  ['what interfaces there are', [16, 3, 0], 'allow'],
  ['the packet filter', [16, 3, 12], 'EPERM'],
  ['the audit', [16, 3, 9], 'EPERM'],
]

describe.each(['x64', 'arm64'] as const)('the filter of %s', (name) => {
  const { arch, calls } = MACHINES[name]
  const program = seccompFilter(name)
  const run = (call: Name, ...args: number[]) => runFilter(program, { nr: calls[call], arch, args })

  it('is short enough for its jumps and whole', () => {
    expect(program.length % 8).toBe(0)
    expect(program.length / 8).toBeLessThan(256)
  })

  it.each(EVERYDAY)('allows %s', (call) => expect(run(call)).toBe('allow'))
  it.each(REFUSED)('refuses %s', (call) => expect(run(call)).toBe('EPERM'))

  it.each(SOCKETS)('socket: %s', (_, args, outcome) => expect(run('socket', ...args)).toBe(outcome))

  it('allows pairs of unix sockets alone', () => {
    expect([run('socketpair', 1, 1, 0), run('socketpair', 2, 1, 0), run('socketpair', 16, 3, 0)]).toEqual([
      'allow',
      'EPERM',
      'EPERM',
    ])
  })

  it.each([
    ['a thread', 0x003d0f00, 'allow'],
    ['a process', 17, 'allow'],
    ['a user namespace', 0x10000000 | 17, 'EPERM'],
    ['a network namespace', 0x40000000, 'EPERM'],
    ['a pid namespace', 0x20000000, 'EPERM'],
    ['a mount namespace', 0x00020000, 'EPERM'],
    ['a cgroup namespace', 0x02000000, 'EPERM'],
  ])('clone of %s', (_, flags, outcome) => expect(run('clone', flags)).toBe(outcome))

  it('says that clone3 is not there, so that clone is used', () => expect(run('clone3')).toBe('ENOSYS'))

  it.each([
    ['TIOCSTI', 0x5412, 'EPERM'],
    ['TIOCLINUX', 0x541c, 'EPERM'],
    ['TIOCGWINSZ', 0x5413, 'allow'],
    ['FIONREAD', 0x541b, 'allow'],
  ])('ioctl %s', (_, request, outcome) => expect(run('ioctl', 0, request)).toBe(outcome))

  it('refuses every call of another architecture', () => {
    for (const other of [0x40000003, 0xc000003e, 0xc00000b7, 0x40000028].filter((one) => one !== arch))
      expect(runFilter(program, { nr: calls.read, arch: other })).toBe('EPERM')
  })
})

it('knows no other ABI of x64: x32’s numbers are not there', () => {
  const program = seccompFilter('x64')
  for (const nr of [0x40000000, 0x40000000 + 41, 0x40000000 + 520])
    expect(runFilter(program, { nr, arch: 0xc000003e })).toBe('ENOSYS')
})

it('refuses to start without a filter', () => {
  expect(() => seccompFilter('riscv64')).toThrow(McpRunError)
})
