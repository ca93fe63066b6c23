import { closeSync, openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Where the program that loads a program is named, behind the headers of an ELF file. */
const HEAD_BYTES = 4096

/**
 * koffi, by its binary alone: its own loader, which takes five times as long as the binary and is what two processes of a
 * start would wait for, is left to where that is not found or is not the one (musl). Throws where there is none.
 */
export function loadKoffi(): typeof import('koffi').default {
  try {
    if (process.platform === 'linux' && isGlibc(process.execPath))
      return require(`@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`)
  } catch {
    // By its own loader.
  }
  try {
    return require('koffi')
  } catch (cause) {
    const machine = `${process.platform}-${process.arch}`
    const message = `koffi has no binary for ${machine} here; npm install brings it, without --omit=optional`
    throw new Error(message, { cause })
  }
}

function isGlibc(program: string): boolean {
  const head = Buffer.alloc(HEAD_BYTES)
  const file = openSync(program, 'r')
  readSync(file, head, 0, HEAD_BYTES, 0)
  closeSync(file)
  return head.includes('/ld-linux')
}
