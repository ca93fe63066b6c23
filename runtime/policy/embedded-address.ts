/**
 * The IPv4 addresses that an IPv6 address leads to when something on the way translates or unwraps it, and
 * whether they stand in place of its own class (`instead`) or beside it. Any of them may be where bytes end up.
 */
export interface Embedded {
  readonly instead: boolean
  readonly addresses: readonly Uint8Array[]
}

export function embeddedAddresses(bytes: Uint8Array): Embedded {
  const form = FORMS.find((candidate) => startsWith(bytes, candidate.prefix))
  const addresses = form === undefined ? [] : form.extract(bytes)
  return {
    instead: form !== undefined,
    addresses: isIsatap(bytes) ? [...addresses, bytes.subarray(12)] : addresses,
  }
}

interface Form {
  readonly prefix: readonly number[]
  extract(bytes: Uint8Array): Uint8Array[]
}

const ZEROS_8 = [0, 0, 0, 0, 0, 0, 0, 0]

const FORMS: readonly Form[] = [
  // IPv4-compatible (RFC 4291, 2.5.5.1) and IPv4-translated, ::ffff:0:0:0/96 (RFC 2765).
  { prefix: [...ZEROS_8, 0, 0, 0, 0], extract: (bytes) => [bytes.subarray(12)] },
  { prefix: [...ZEROS_8, 0xff, 0xff, 0, 0], extract: (bytes) => [bytes.subarray(12)] },
  // NAT64's well-known prefix 64:ff9b::/96 (RFC 6052) and its local one 64:ff9b:1::/48 (RFC 8215).
  { prefix: [0, 0x64, 0xff, 0x9b, ...ZEROS_8], extract: (bytes) => [bytes.subarray(12)] },
  { prefix: [0, 0x64, 0xff, 0x9b, 0, 1], extract: localNat64 },
  // Teredo (RFC 4380): its server, and the client with all bits turned.
  {
    prefix: [0x20, 0x01, 0, 0],
    extract: (bytes) => [bytes.slice(4, 8), bytes.slice(12).map((byte) => byte ^ 0xff)],
  },
  // 6to4 (RFC 3056).
  { prefix: [0x20, 0x02], extract: (bytes) => [bytes.subarray(2, 6)] },
]

/**
 * Within /48 the operator chooses a prefix of 48, 56, 64 or 96 bits, which puts the address in different places
 * (RFC 6052, 2.2; byte 8 is always zero). A place that holds 0.x.x.x is padding, unless every place does.
 */
function localNat64(bytes: Uint8Array): Uint8Array[] {
  const places = [
    [6, 7, 9, 10],
    [7, 9, 10, 11],
    [9, 10, 11, 12],
    [12, 13, 14, 15],
  ]
  const found = places.map((place) => Uint8Array.from(place, (index) => bytes[index] ?? 0))
  const meant = found.filter((address) => address[0] !== 0)
  return meant.length > 0 ? meant : found
}

/** Any prefix, then 0:5efe or 200:5efe and the IPv4 address (RFC 5214, 6.1). */
function isIsatap(bytes: Uint8Array): boolean {
  return ((bytes[8] ?? 0) & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte)
}
