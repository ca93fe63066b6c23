/** What the kernel does with a classic BPF program of seccomp(2): the words that the filter uses, and no others. */
export interface Call {
  readonly nr: number
  /** AUDIT_ARCH_*. */
  readonly arch: number
  readonly args?: readonly number[]
}

export type Outcome = 'allow' | 'EPERM' | 'ENOSYS'

const RESULTS = new Map<number, Outcome>([
  [0x7fff0000, 'allow'],
  [0x00050001, 'EPERM'],
  [0x00050026, 'ENOSYS'],
])

/** struct seccomp_data: number, architecture, instruction pointer, six arguments of 64 bits. Little-endian. */
export function runFilter(program: Buffer, { nr, arch, args = [] }: Call): Outcome {
  const data = Buffer.alloc(64)
  data.writeUInt32LE(nr >>> 0, 0)
  data.writeUInt32LE(arch >>> 0, 4)
  for (const [index, argument] of args.entries()) data.writeBigUInt64LE(BigInt(argument), 16 + 8 * index)
  let accumulator = 0
  for (let at = 0; at < program.length; at += 8) {
    const code = program.readUInt16LE(at)
    const k = program.readUInt32LE(at + 4)
    const jump = (holds: boolean): void => {
      at += 8 * program.readUInt8(at + (holds ? 2 : 3))
    }
    if (code === 0x20) accumulator = data.readUInt32LE(k)
    else if (code === 0x54) accumulator = (accumulator & k) >>> 0
    else if (code === 0x15) jump(accumulator === k)
    else if (code === 0x35) jump(accumulator >= k)
    else if (code === 0x45) jump((accumulator & k) !== 0)
    else if (code === 0x06) return resultOf(k)
    else throw new Error(`no such instruction: ${code.toString(16)}`)
  }
  throw new Error('the program ran off its end')
}

function resultOf(k: number): Outcome {
  const result = RESULTS.get(k)
  if (result === undefined) throw new Error(`no such result: ${k.toString(16)}`)
  return result
}
