import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { beforeAll, expect, test } from 'vitest'
import { checkProvenance } from '../../../../runtime/packages/client/provenance.ts'
import { findNpm } from '../../../../runtime/packages/npm-client.ts'
import { type Attestations, type Authority, newAuthority } from '../../../fixtures/provenance.ts'

const npm = findNpm({ node: process.execPath, env: process.env, cwd: '/' })
const library = { load: createRequire(npm.cli) }
const hash = createHash('sha512').update('tarball')
const SHA512 = hash.copy().digest('hex')
const SUBJECT = { name: '@vendor/server', version: '1.0.0', integrity: `sha512-${hash.digest('base64')}` }
const PURL = 'pkg:npm/%40vendor/server@1.0.0'

let authority: Authority
beforeAll(async () => {
  authority = await newAuthority()
})

const check = (attestations: unknown, root = authority.trustedRoot) =>
  checkProvenance(library, attestations, SUBJECT, root)

test('what a workflow built is told by its certificate: repository, workflow, commit', async () => {
  expect(check(await authority.attest({ name: PURL, sha512: SHA512 }))).toEqual({
    state: 'verified',
    repository: 'github.com/vendor/server',
    workflow: '.github/workflows/release.yml',
    commit: 'c'.repeat(40),
  })
})

test('a signer that is no workflow is named as its certificate names it', async () => {
  const attestations = await authority.attest(
    { name: PURL, sha512: SHA512 },
    { workflow: 'https://example.com/joe' },
  )
  expect(check(attestations)).toMatchObject({ repository: 'https://example.com/joe', workflow: null })
})

const change =
  (act: (bundle: Attestations['attestations'][number]['bundle']) => void) => (all: Attestations) => {
    for (const { bundle } of all.attestations) act(bundle)
    return all
  }

test.each([
  ['of another package', { name: 'pkg:npm/server@1.0.0', sha512: SHA512 }, 'of another package'],
  ['of another version', { name: 'pkg:npm/%40vendor/server@1.0.1', sha512: SHA512 }, 'of another package'],
  ['of other content', { name: PURL, sha512: 'ab' }, 'of other content'],
])('%s: it has failed', async (_, subject, why) => {
  expect(check(await authority.attest(subject))).toEqual({
    state: 'failed',
    why: `its attestation is ${why}`,
  })
})

test.each([
  [
    'whose statement was changed',
    change(({ dsseEnvelope }) => {
      const text = Buffer.from(dsseEnvelope.payload, 'base64').toString().replace('1.0.0', '1.0.1')
      dsseEnvelope.payload = Buffer.from(text).toString('base64')
    }),
  ],
  [
    'whose signature is another',
    change(({ dsseEnvelope }) => {
      const [signature] = dsseEnvelope.signatures
      if (signature !== undefined) signature.sig = Buffer.from('another').toString('base64')
    }),
  ],
])('one %s has failed', async (_, act) => {
  expect(check(act(await authority.attest({ name: PURL, sha512: SHA512 })))).toMatchObject({
    state: 'failed',
  })
})

test('an authority, or a log, that this npm does not know proves nothing', async () => {
  const attestations = await authority.attest({ name: PURL, sha512: SHA512 })
  expect(checkProvenance(library, attestations, SUBJECT)).toEqual({
    state: 'unverified',
    why: 'it is in a log that this npm does not know',
  })
  const stranger = (await newAuthority()).trustedRoot as Record<string, unknown>
  const known = authority.trustedRoot as Record<string, unknown>
  expect(check(attestations, { ...known, certificateAuthorities: stranger.certificateAuthorities })).toEqual({
    state: 'unverified',
    why: 'it is signed under an authority that this npm does not know',
  })
})

test.each([null, {}, { attestations: [] }, { attestations: [{ predicateType: 'x' }] }])(
  '%j is none',
  (value) => {
    expect(check(value)).toMatchObject({ state: 'unverified' })
  },
)
