import { REFUSED_CALLS } from '../system-calls.ts'

/**
 * The native sandbox's system call filter in the words of an engine (the OCI runtime's seccomp), which libseccomp
 * compiles for the engine's own architecture: other ABIs end the process. Comparisons are of 64 bits where the
 * kernel reads 32, and an argument may be named once in a rule: hence masks, and what is refused rather than
 * what is allowed.
 */
interface Argument {
  readonly index: number
  readonly op: 'SCMP_CMP_EQ' | 'SCMP_CMP_GT' | 'SCMP_CMP_MASKED_EQ'
  readonly value: number
  readonly valueTwo?: number
}

const EPERM = 1
const ENOSYS = 38
const AF_INET = 2
const AF_INET6 = 10
const AF_NETLINK = 16
const ALLOWED_FAMILIES = [1, AF_INET, AF_INET6, AF_NETLINK]
const TYPE_MASK = 0xf
const STREAM = 1
const DATAGRAM = 2
const CLONE_NEW = [0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x00020000]
const TIOCSTI = 0x5412
const TIOCLINUX = 0x541c

const equal = (index: number, value: number): Argument => ({ index, op: 'SCMP_CMP_EQ', value })
const above = (index: number, value: number): Argument => ({ index, op: 'SCMP_CMP_GT', value })
const masked = (index: number, mask: number, value: number): Argument => {
  return { index, op: 'SCMP_CMP_MASKED_EQ', value: mask, valueTwo: value }
}

const refuse = (names: readonly string[], args: readonly Argument[] = [], errnoRet = EPERM) => {
  return { names, action: 'SCMP_ACT_ERRNO', errnoRet, args }
}

export function seccompProfile(): string {
  return JSON.stringify({
    defaultAction: 'SCMP_ACT_ALLOW',
    syscalls: [
      refuse(REFUSED_CALLS),
      // The C library then uses clone, whose flags can be read here.
      refuse(['clone3'], [], ENOSYS),
      ...CLONE_NEW.map((flag) => refuse(['clone'], [masked(0, flag, flag)])),
      ...[TIOCSTI, TIOCLINUX].map((request) => refuse(['ioctl'], [masked(1, 0xffffffff, request)])),
      ...sockets().map((args) => refuse(['socket'], args)),
      ...otherThan([1]).map((family) => refuse(['socketpair'], [family])),
    ],
  })
}

/** Families other than those, types other than stream and datagram, protocols other than TCP and UDP. */
function sockets(): readonly (readonly Argument[])[] {
  const internet = [AF_INET, AF_INET6].flatMap((family) => [
    ...range(0, TYPE_MASK)
      .filter((type) => type !== STREAM && type !== DATAGRAM)
      .map((type) => [equal(0, family), masked(1, TYPE_MASK, type)]),
    ...protocols([0, 6]).map((protocol) => [equal(0, family), masked(1, TYPE_MASK, STREAM), protocol]),
    ...protocols([0, 17]).map((protocol) => [equal(0, family), masked(1, TYPE_MASK, DATAGRAM), protocol]),
  ])
  // Of netlink only NETLINK_ROUTE, protocol 0, which without capabilities tells of lo alone.
  const netlink = [equal(0, AF_NETLINK), above(2, 0)]
  return [...otherThan(ALLOWED_FAMILIES).map((family) => [family]), ...internet, netlink]
}

function otherThan(families: readonly number[]): Argument[] {
  const last = Math.max(...families)
  const between = range(0, last).filter((family) => !families.includes(family))
  return [...between.map((family) => equal(0, family)), above(0, last)]
}

function protocols(allowed: readonly number[]): Argument[] {
  const last = Math.max(...allowed)
  const between = range(0, last).filter((protocol) => !allowed.includes(protocol))
  return [...between.map((protocol) => equal(2, protocol)), above(2, last)]
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
}
