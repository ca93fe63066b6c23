import { describe, expect, it } from 'vitest'
import { seccompProfile } from '../../../../runtime/sandbox/docker/seccomp-profile.ts'
import { ARCHITECTURES, REFUSED_CALLS } from '../../../../runtime/sandbox/system-calls.ts'

interface Rule {
  readonly names: readonly string[]
  readonly action: string
  readonly errnoRet: number
  readonly args: readonly { index: number; op: string; value: number; valueTwo?: number }[]
}
const profile = JSON.parse(seccompProfile()) as { defaultAction: string; syscalls: Rule[] }

/** As libseccomp compares: 64 bits, all of a rule's arguments together, any rule of a call. */
function errno(name: string, args: readonly bigint[] = []): number {
  const hit = profile.syscalls.find(
    (rule) => rule.names.includes(name) && rule.args.every((one) => matches(one, args[one.index] ?? 0n)),
  )
  return hit?.errnoRet ?? 0
}

function matches({ op, value, valueTwo = 0 }: Rule['args'][number], given: bigint): boolean {
  if (op === 'SCMP_CMP_EQ') return given === BigInt(value)
  if (op === 'SCMP_CMP_GT') return given > BigInt(value)
  if (op === 'SCMP_CMP_MASKED_EQ') return (given & BigInt(value)) === BigInt(valueTwo)
  throw new Error(`an operator that is not used: ${op}`)
}

const HIGH = 1n << 32n

describe('the filter in the words of an engine', () => {
  it('lets pass what it does not name, and names each argument of a call once a rule', () => {
    expect(profile.defaultAction).toBe('SCMP_ACT_ALLOW')
    for (const { args, action } of profile.syscalls) {
      expect(action).toBe('SCMP_ACT_ERRNO')
      expect(new Set(args.map(({ index }) => index)).size).toBe(args.length)
    }
  })

  it('refuses each call that the native filter refuses', () => {
    expect(REFUSED_CALLS.length).toBeGreaterThan(ARCHITECTURES.arm64?.refused.length ?? 0)
    for (const name of REFUSED_CALLS) expect([name, errno(name)]).toEqual([name, 1])
    expect(errno('clone3')).toBe(38)
    expect(errno('read')).toBe(0)
  })

  it.each<readonly [string, readonly bigint[], boolean]>([
    ['unix', [1n, 1n, 0n], true],
    ['TCP', [2n, 1n, 0n], true],
    ['TCP, named', [2n, 1n, 6n], true],
    ['TCP over IPv6, close-on-exec and non-blocking', [10n, 0o2004001n, 6n], true],
    ['UDP', [2n, 2n, 17n], true],
    ['the list of interfaces', [16n, 3n, 0n], true],
    ['ICMP datagrams', [2n, 2n, 1n], false],
    ['SCTP', [2n, 1n, 132n], false],
    ['MPTCP', [2n, 1n, 262n], false],
    ['UDP-Lite', [2n, 2n, 136n], false],
    ['raw', [2n, 3n, 1n], false],
    ['raw over IPv6', [10n, 3n, 58n], false],
    ['SEQPACKET', [2n, 5n, 132n], false],
    ['DCCP', [2n, 6n, 33n], false],
    ['netfilter’s netlink', [16n, 3n, 12n], false],
    ['packet', [17n, 3n, 0n], false],
    ['vsock', [40n, 1n, 0n], false],
    ['ALG', [38n, 5n, 0n], false],
    ['packet, with high bits that the kernel drops', [HIGH + 17n, 3n, 0n], false],
    ['raw, with high bits', [2n, HIGH + 3n, 1n], false],
    ['ICMP, with high bits', [2n, 2n, HIGH + 1n], false],
    ['AX25', [3n, 5n, 0n], false],
  ])('of sockets: %s', (_, args, allowed) => {
    expect(errno('socket', args) === 0).toBe(allowed)
  })

  it.each<readonly [string, string, readonly bigint[], boolean]>([
    ['a thread', 'clone', [0x3d0f00n], true],
    ['a process', 'clone', [0x11n], true],
    ['a user namespace', 'clone', [0x10000011n], false],
    ['a network among other flags', 'clone', [0x7d0f00n | 0x40000000n], false],
    ['a terminal’s size', 'ioctl', [0n, 0x5413n], true],
    ['TIOCSTI', 'ioctl', [0n, 0x5412n], false],
    ['TIOCSTI, with high bits', 'ioctl', [0n, HIGH + 0x5412n], false],
    ['a pair of unix sockets', 'socketpair', [1n, 1n, 0n], true],
    ['a pair of others', 'socketpair', [16n, 1n, 0n], false],
  ])('of the rest: %s', (_, name, args, allowed) => {
    expect(errno(name, args) === 0).toBe(allowed)
  })
})
