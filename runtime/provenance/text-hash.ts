/** Where hashes begin: secret, so that nobody can choose texts that meet. */
export interface HashSeed {
  readonly high: number
  readonly low: number
}

/** `key`: at least 8 bytes. */
export function hashSeed(key: Buffer): HashSeed {
  return { high: key.readInt32LE(0), low: key.readInt32LE(4) }
}

/** One more character of a text; for both halves, each in its own way. */
export function stepHigh(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x9e3779b1) ^ (hash >>> 15)
}

export function stepLow(hash: number, code: number): number {
  return Math.imul((hash + code) | 0, 0x85ebca6b) ^ (hash >>> 13)
}

/** Spreads each bit over all (MurmurHash3's last step). */
export function spread(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return mixed ^ (mixed >>> 16)
}

/** Of two hashes, in this order. */
export function combine(first: number, second: number): number {
  return spread(Math.imul(first, 0xcc9e2d51) + second + 1)
}
