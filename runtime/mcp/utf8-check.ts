import { isUtf8 } from 'node:buffer'

/** Checks a stream of bytes for valid UTF-8 in pieces, holding at most the three bytes of a cut character. */
export class Utf8Check {
  #cut: Buffer = Buffer.alloc(0)

  /** False when these bytes, after those before them, cannot be UTF-8. */
  push(bytes: Buffer): boolean {
    const start = this.#cut.length === 0 ? 0 : this.#complete(bytes)
    if (start === null) return false
    const cut = cutLength(bytes, start)
    this.#cut = cut === 0 ? this.#cut : Buffer.concat([this.#cut, bytes.subarray(bytes.length - cut)])
    return isUtf8(bytes.subarray(start, bytes.length - cut))
  }

  /** Whether the stream may end here. */
  end(): boolean {
    return this.#cut.length === 0
  }

  /** How many bytes the cut character takes; null if it isn't one. What is still cut is kept. */
  #complete(bytes: Buffer): number | null {
    const missing = characterLength(this.#cut[0] as number) - this.#cut.length
    const character = Buffer.concat([this.#cut, bytes.subarray(0, missing)])
    this.#cut = Buffer.alloc(0)
    if (bytes.length >= missing) return isUtf8(character) ? missing : null
    this.#cut = character
    return bytes.length
  }
}

/** How many bytes at the end belong to a character that is not whole yet. */
function cutLength(bytes: Buffer, start: number): number {
  for (let back = 1; back <= Math.min(3, bytes.length - start); back++) {
    const byte = bytes[bytes.length - back] as number
    if (!isContinuation(byte)) return characterLength(byte) > back ? back : 0
  }
  return 0
}

/** By its first byte (RFC 3629); 1 for a byte that can begin none. */
function characterLength(first: number): number {
  if (first >= 0xf0 && first <= 0xf4) return 4
  if (first >= 0xe0 && first < 0xf0) return 3
  return first >= 0xc2 && first < 0xe0 ? 2 : 1
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}
