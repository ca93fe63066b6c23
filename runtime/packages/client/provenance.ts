import type { NpmLibrary } from './npm-library.ts'

export interface Subject {
  readonly name: string
  readonly version: string
  /** Subresource integrity, one sha512 of it. */
  readonly integrity: string
}

export type CheckedProvenance =
  | {
      readonly state: 'verified'
      readonly repository: string
      readonly workflow: string | null
      readonly commit: string | null
    }
  | { readonly state: 'unverified'; readonly why: string }
  | { readonly state: 'failed'; readonly why: string }

interface Sigstore {
  readonly bundle: { bundleFromJSON(value: unknown): unknown }
  readonly verify: {
    toTrustMaterial(root: unknown): unknown
    toSignedEntity(bundle: unknown): unknown
    Verifier: new (trust: unknown) => { verify(entity: unknown): Signer }
  }
  readonly specs: { readonly TrustedRoot: { fromJSON(value: unknown): unknown } }
}

interface Signer {
  readonly identity?: {
    readonly subjectAlternativeName?: string
    readonly oids?: readonly {
      readonly oid: { readonly id: readonly number[] }
      readonly value: Uint8Array
    }[]
  }
}

/** Fulcio's certificates name the source's commit under this (docs/oid-info.md of that project). */
const COMMIT_OID = '1.3.6.1.4.1.57264.1.13'
const PROVENANCE = /^https:\/\/slsa\.dev\/provenance\//

/**
 * Checks a provenance attestation through the libraries that npm itself verifies with, against the authorities that it
 * was shipped with. One whose authority or log is unknown to them proves nothing; one that is wrong has failed.
 */
export function checkProvenance(
  library: Pick<NpmLibrary, 'load'>,
  attestations: unknown,
  subject: Subject,
  trustedRoot: unknown = shippedRoot(library),
): CheckedProvenance {
  const found = asList(attestations).find(
    (one) => typeof one.predicateType === 'string' && PROVENANCE.test(one.predicateType),
  )
  if (found === undefined) return { state: 'unverified', why: 'the registry gives no provenance' }
  const sigstore = load(library)
  if (!logsAreKnown(found.bundle, trustedRoot)) {
    return { state: 'unverified', why: 'it is in a log that this npm does not know' }
  }
  let signer: Signer
  try {
    const { verify } = sigstore
    const trust = verify.toTrustMaterial(sigstore.specs.TrustedRoot.fromJSON(trustedRoot))
    const entity = verify.toSignedEntity(sigstore.bundle.bundleFromJSON(found.bundle))
    signer = new verify.Verifier(trust).verify(entity)
  } catch (error) {
    const { message } = error as Error
    return /certificate chain/i.test(message)
      ? { state: 'unverified', why: 'it is signed under an authority that this npm does not know' }
      : { state: 'failed', why: `its attestation is wrong: ${message}` }
  }
  const wrong = wrongSubject(found.bundle, subject)
  return wrong === null ? { state: 'verified', ...sourceOf(signer) } : { state: 'failed', why: wrong }
}

function load({ load }: Pick<NpmLibrary, 'load'>): Sigstore {
  return {
    bundle: load('@sigstore/bundle'),
    verify: load('@sigstore/verify'),
    specs: load('@sigstore/protobuf-specs'),
  } as Sigstore
}

function shippedRoot({ load }: Pick<NpmLibrary, 'load'>): unknown {
  const seeds = load('@sigstore/tuf/seeds.json') as Record<string, { targets: Record<string, string> }>
  const [mirror] = Object.values(seeds)
  return JSON.parse(Buffer.from(mirror?.targets['trusted_root.json'] ?? '', 'base64').toString('utf8'))
}

function logsAreKnown(bundle: unknown, root: unknown): boolean {
  const { tlogs } = root as { tlogs?: readonly { logId?: { keyId?: string } }[] }
  const known = new Set((tlogs ?? []).map(({ logId }) => logId?.keyId))
  const { verificationMaterial } = (bundle ?? {}) as {
    verificationMaterial?: { tlogEntries?: readonly { logId?: { keyId?: string } }[] }
  }
  return (verificationMaterial?.tlogEntries ?? []).every(({ logId }) => known.has(logId?.keyId))
}

/** What the attestation speaks of must be this very tarball. */
function wrongSubject(bundle: unknown, { name, version, integrity }: Subject): string | null {
  const { dsseEnvelope } = bundle as { dsseEnvelope: { payload: string } }
  const statement = JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString('utf8'))
  const { name: purl, digest } = statement?.subject?.[0] ?? {}
  if (purl !== `pkg:npm/${name.replace(/^@/, '%40')}@${version}`)
    return 'its attestation is of another package'
  const installed = Buffer.from(/sha512-(\S+)/.exec(integrity)?.[1] ?? '', 'base64').toString('hex')
  return digest?.sha512 === installed ? null : 'its attestation is of other content'
}

/** From the certificate alone: what else an attestation says is its author's own word. */
function sourceOf({ identity }: Signer): {
  repository: string
  workflow: string | null
  commit: string | null
} {
  const signer = identity?.subjectAlternativeName ?? 'nobody'
  const workflow = /^https:\/\/([^/]+\/[^/]+\/[^/]+)\/(\.[^@]+)@/.exec(signer)
  const commit = identity?.oids?.find(({ oid }) => oid.id.join('.') === COMMIT_OID)?.value
  return {
    repository: workflow?.[1] ?? signer,
    workflow: workflow?.[2] ?? null,
    // A DER string: tag and length, then forty hex digits.
    commit:
      /[0-9a-f]{40}$/.exec(commit === undefined ? '' : Buffer.from(commit).toString('latin1'))?.[0] ?? null,
  }
}

function asList(value: unknown): readonly Record<string, unknown>[] {
  const { attestations } = (value ?? {}) as { attestations?: unknown }
  return Array.isArray(attestations) ? attestations : []
}
