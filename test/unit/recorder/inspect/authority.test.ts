import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer, type SecureContext } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Authority, createAuthority } from '../../../../runtime/recorder/inspect/authority.ts'
import { createLeafMint } from '../../../../runtime/recorder/inspect/leaf-mint.ts'

const folder = mkdtempSync(join(tmpdir(), 'authority-'))
afterAll(() => rmSync(folder, { recursive: true }))

let authority: Authority
beforeAll(async () => {
  authority = await createAuthority(Date.now())
})

/** The certificate by which a context ends TLS, verified as a client does. */
async function certificateOf(context: SecureContext, servername: string): Promise<X509Certificate> {
  const server = createServer({ SNICallback: (_name, done) => done(null, context) })
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const socket = connect({ port, servername, ca: authority.certificate })
  await once(socket, 'secureConnect')
  const { raw } = socket.getPeerCertificate()
  socket.destroy()
  server.close()
  return new X509Certificate(raw)
}

describe('a session’s authority', () => {
  it('is one, and another one each time', async () => {
    const certificate = new X509Certificate(authority.certificate)
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    const other = new X509Certificate((await createAuthority(Date.now())).certificate)
    expect(other.fingerprint256).not.toBe(certificate.fingerprint256)
    expect(other.serialNumber).not.toBe(certificate.serialNumber)
  })

  it('holds for a year, and for clocks that are behind', () => {
    const { validFrom, validTo } = new X509Certificate(authority.certificate)
    const day = 24 * 3600_000
    expect((Date.parse(validTo) - Date.now()) / day).toBeCloseTo(365, 1)
    expect((Date.now() - Date.parse(validFrom)) / day).toBeCloseTo(1, 1)
  })
})

describe('a certificate that it signed', () => {
  it.each(['api.test', 'a_b.c-d.xn--bcher-kva.test', `${'a'.repeat(60)}.${'b'.repeat(60)}.test`])(
    'is for %s alone, and for servers',
    async (name) => {
      const leaf = await certificateOf(await createLeafMint(authority, Date.now).contextFor(name), name)
      expect(leaf.subjectAltName).toBe(`DNS:${name}`)
      expect([leaf.ca, leaf.keyUsage]).toEqual([false, ['1.3.6.1.5.5.7.3.1']])
      expect(leaf.checkIssued(new X509Certificate(authority.certificate))).toBe(true)
    },
  )

  it('passes OpenSSL’s strictest look', async () => {
    const leaf = await certificateOf(
      await createLeafMint(authority, Date.now).contextFor('api.test'),
      'api.test',
    )
    const files = { ca: join(folder, 'ca.pem'), leaf: join(folder, 'leaf.pem') }
    writeFileSync(files.ca, authority.certificate)
    writeFileSync(files.leaf, leaf.toString())
    const strict = ['-x509_strict', '-purpose', 'sslserver', '-verify_hostname', 'api.test']
    const said = execFileSync('openssl', ['verify', ...strict, '-CAfile', files.ca, files.leaf])
    expect(said.toString()).toMatch(/: OK$/m)
  })

  it('is made once for a name, and anew before it ends', async () => {
    let now = Date.now()
    const mint = createLeafMint(authority, () => now)
    const first = mint.contextFor('api.test')
    expect(mint.contextFor('api.test')).toBe(first)
    expect(mint.contextFor('other.test')).not.toBe(first)
    now += 3 * 24 * 3600_000
    expect(mint.contextFor('api.test')).toBe(first)
    now += 24 * 3600_000
    expect(mint.contextFor('api.test')).not.toBe(first)
    await Promise.all([first, mint.contextFor('api.test'), mint.contextFor('other.test')])
  })
})
