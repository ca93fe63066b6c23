import { webcrypto } from 'node:crypto'

export type X509 = typeof import('@peculiar/x509')

export const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const
export const SIGNING_ALGORITHM = { name: 'ECDSA', hash: 'SHA-256' } as const

let loaded: Promise<X509> | null = null

/** The library costs a start tens of milliseconds: it is read when a session first has use for it. */
export function loadX509(): Promise<X509> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<X509> {
  // The container of classes inside the library refuses to load where nobody keeps annotations; it finds none.
  const annotations = { getMetadata: none, getOwnMetadata: none, defineMetadata: none }
  if (!('getMetadata' in Reflect)) Object.assign(Reflect, annotations)
  const x509 = await import('@peculiar/x509')
  x509.cryptoProvider.set(webcrypto)
  return x509
}

function none(): undefined {
  return undefined
}

/** 20 octets at most, and positive (RFC 5280, 4.1.2.2). Hexadecimal. */
export function serialNumber(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)))
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40
  return bytes.toString('hex')
}
