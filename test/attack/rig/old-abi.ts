import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether this machine's kernel serves that ABI at all: one that does not ends the program with a SIGSEGV. */
export function hasOldAbi(): boolean {
  if (process.arch !== 'x64') return false
  const folder = mkdtempSync(join(tmpdir(), 'old-abi-'))
  try {
    writeFileSync(join(folder, 'program'), oldAbiProgram(), { mode: 0o755 })
    return spawnSync(join(folder, 'program')).signal === null
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * A program for x64 of 172 bytes that asks for a packet socket by the system calls of the 32-bit ABI (int 0x80), by
 * whose numbers another filter would have to judge. It ends with 0, or with the errno.
 */
export function oldAbiProgram(): Buffer {
  const code = Buffer.from(
    [
      'b867010000', // mov eax, 359: socket
      'bb11000000', // mov ebx, AF_PACKET
      'b903000000', // mov ecx, SOCK_RAW
      'ba00030000', // mov edx, ETH_P_ALL
      'cd80', // int 0x80
      '85c07904', // test eax, eax; jns to the second next
      'f7d8eb02', // neg eax; jmp over the next
      '31c0', // xor eax, eax
      '89c7', // mov edi, eax
      'b83c0000000f05', // mov eax, 60: exit; syscall
    ].join(''),
    'hex',
  )
  const base = 0x400000n
  const header = Buffer.alloc(64)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.writeUInt16LE(2, 16)
  header.writeUInt16LE(62, 18)
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(base + 120n, 24)
  header.writeBigUInt64LE(64n, 32)
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  const segment = Buffer.alloc(56)
  segment.writeUInt32LE(1, 0)
  segment.writeUInt32LE(5, 4)
  segment.writeBigUInt64LE(base, 16)
  segment.writeBigUInt64LE(base, 24)
  const size = BigInt(120 + code.length)
  segment.writeBigUInt64LE(size, 32)
  segment.writeBigUInt64LE(size, 40)
  segment.writeBigUInt64LE(0x1000n, 48)
  return Buffer.concat([header, segment, code])
}
