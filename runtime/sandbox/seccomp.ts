import { McpRunError } from '../model/errors.ts'
import { ARCHITECTURES } from './system-calls.ts'

/**
 * The system call filter, as the classic BPF program that seccomp(2) takes: an array of `struct sock_filter`
 * {u16 code, u8 jt, u8 jf, u32 k}. What reaches other namespaces, other processes or the kernel's less
 * travelled parts is refused; sockets are unix, and IPv4 and IPv6 TCP and UDP, and the read-only view of the
 * network that os.networkInterfaces() asks for.
 */

const LD = 0x20
const JEQ = 0x15
const JGE = 0x35
const JSET = 0x45
const AND = 0x54
const RET = 0x06
const ALLOW = 0x7fff0000
const EPERM = 0x00050001
const ENOSYS = 0x00050026

const NR = 0
const ARCH = 4
const argument = (index: number): number => 16 + 8 * index

const CLONE_NEW = 0x7e020000
const AF_UNIX = 1
const AF_INET = 2
const AF_INET6 = 10
const AF_NETLINK = 16
const SOCK_TYPE_MASK = 0xf
const TIOCSTI = 0x5412
const TIOCLINUX = 0x541c

/** The filter for this machine's architecture. Throws `sandbox-unavailable` on one that it does not know. */
export function seccompFilter(arch: string = process.arch): Buffer {
  const machine = ARCHITECTURES[arch]
  if (machine === undefined) {
    throw new McpRunError('sandbox-unavailable', `there is no system call filter for ${arch}`, {
      hint: 'use an x64 or arm64 machine',
    })
  }
  const { audit, foreignFrom, socket, socketpair, clone, clone3, ioctl, refused } = machine
  return assemble([
    [LD, ARCH],
    [JEQ, audit, 'own-abi', 'next'],
    [RET, EPERM],
    'own-abi',
    [LD, NR],
    ...(foreignFrom === null ? [] : ([[JGE, foreignFrom, 'enosys', 'next']] as const)),
    [JEQ, socket, 'socket', 'next'],
    [JEQ, socketpair, 'socketpair', 'next'],
    [JEQ, clone, 'clone', 'next'],
    [JEQ, ioctl, 'ioctl', 'next'],
    // The C library then uses clone, whose flags can be read here.
    [JEQ, clone3, 'enosys', 'next'],
    ...refused.map((number) => [JEQ, number, 'eperm', 'next'] as const),
    [RET, ALLOW],
    'socket',
    [LD, argument(0)],
    [JEQ, AF_UNIX, 'allow', 'next'],
    [JEQ, AF_NETLINK, 'netlink', 'next'],
    [JEQ, AF_INET, 'inet', 'next'],
    [JEQ, AF_INET6, 'inet', 'eperm'],
    'inet',
    [LD, argument(1)],
    [AND, SOCK_TYPE_MASK],
    [JEQ, 1, 'inet-stream', 'next'],
    [JEQ, 2, 'inet-datagram', 'eperm'],
    'inet-stream',
    [LD, argument(2)],
    [JEQ, 0, 'allow', 'next'],
    [JEQ, 6, 'allow', 'eperm'],
    'inet-datagram',
    [LD, argument(2)],
    [JEQ, 0, 'allow', 'next'],
    [JEQ, 17, 'allow', 'eperm'],
    // NETLINK_ROUTE: without capabilities it only tells of lo.
    'netlink',
    [LD, argument(2)],
    [JEQ, 0, 'allow', 'eperm'],
    'socketpair',
    [LD, argument(0)],
    [JEQ, AF_UNIX, 'allow', 'eperm'],
    'clone',
    [LD, argument(0)],
    [JSET, CLONE_NEW, 'eperm', 'allow'],
    'ioctl',
    [LD, argument(1)],
    [JEQ, TIOCSTI, 'eperm', 'next'],
    [JEQ, TIOCLINUX, 'eperm', 'allow'],
    'allow',
    [RET, ALLOW],
    'eperm',
    [RET, EPERM],
    'enosys',
    [RET, ENOSYS],
  ])
}

type Line =
  | string
  | readonly [code: number, k: number]
  | readonly [code: number, k: number, yes: string, no: string]

/** Two passes: labels to positions, then jumps as distances. A jump reaches 255 instructions. */
function assemble(lines: readonly Line[]): Buffer {
  const labels = new Map<string, number>()
  const instructions: Exclude<Line, string>[] = []
  for (const line of lines) {
    if (typeof line === 'string') labels.set(line, instructions.length)
    else instructions.push(line)
  }
  const program = Buffer.alloc(8 * instructions.length)
  instructions.forEach(([code, k, yes, no], index) => {
    const distance = (label: string | undefined): number => {
      if (label === undefined || label === 'next') return 0
      const to = labels.get(label)
      if (to === undefined || to <= index || to - index - 1 > 255) throw new Error(`no way to ${label}`)
      return to - index - 1
    }
    program.writeUInt16LE(code, 8 * index)
    program.writeUInt8(distance(yes), 8 * index + 2)
    program.writeUInt8(distance(no), 8 * index + 3)
    program.writeUInt32LE(k >>> 0, 8 * index + 4)
  })
  return program
}
