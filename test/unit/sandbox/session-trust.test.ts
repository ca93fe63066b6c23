import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { certificatesIn } from '../../../runtime/model/pem.ts'
import { systemAuthorities } from '../../../runtime/model/system-authorities.ts'
import { createAuthority } from '../../../runtime/recorder/inspect/authority.ts'
import { CERTIFICATE_VARIABLES } from '../../../runtime/sandbox/certificates.ts'
import { serverEnvironment } from '../../../runtime/sandbox/environment.ts'
import { TRUST_STORE_PASSWORD } from '../../../runtime/sandbox/java-trust-store.ts'
import { type TrustFiles, writeSessionTrust } from '../../../runtime/sandbox/session-trust.ts'

const scratch = mkdtempSync(join(tmpdir(), 'trust-'))
const folder = join(scratch, 'session')
const companyFile = join(scratch, 'company.pem')
afterAll(() => rmSync(scratch, { recursive: true }))

let session: string
let company: string
let trust: TrustFiles
beforeAll(async () => {
  session = (await createAuthority(Date.now())).certificate
  company = (await createAuthority(Date.now())).certificate
  writeFileSync(companyFile, `# the company's own\n${company}`)
  const host = { NODE_EXTRA_CA_CERTS: companyFile, PIP_CERT: companyFile, DENO_CERT: '/nowhere.pem' }
  trust = writeSessionTrust({ host, authority: session, folder })
})

const source = (target: string) => trust.shares.find((share) => share.target === target)?.source ?? ''
const fingerprints = (pems: readonly string[]) =>
  certificatesIn(pems).map((body) => new X509Certificate(Buffer.from(body, 'base64')).fingerprint256)

describe('the files of a session that is read', () => {
  it('are in a folder of their owner’s, and readable for whoever is shown them', () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const share of trust.shares) {
      expect(share.write).toBe(false)
      expect(statSync(share.source).mode & 0o777).toBe(0o644)
    }
  })

  it.each([
    ['extra.pem', () => [session, company]],
    ['bundle.pem', () => [session, ...systemAuthorities(), company]],
  ])('%s holds each authority once', (name, expected) => {
    const pem = readFileSync(source(`/etc/mcp-run/ca/${name}`), 'utf8')
    expect(fingerprints([pem]).toSorted()).toEqual([...new Set(fingerprints(expected()))].toSorted())
  })

  // Java itself reads it where it is installed; it is not among what the tests install.
  const readsJks = (): void => {
    const bundle = certificatesIn([readFileSync(source('/etc/mcp-run/ca/bundle.pem'), 'utf8')])
    const list = [
      '-list',
      '-keystore',
      source('/etc/mcp-run/ca/java.jks'),
      '-storepass',
      TRUST_STORE_PASSWORD,
    ]
    const listed = execFileSync('keytool', list, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    expect(listed.match(/trustedCertEntry/g)).toHaveLength(bundle.length)
    expect(listed).toContain(new X509Certificate(session).fingerprint256)
  }
  if (hasKeytool()) it('java.jks is a store that Java reads, with the same authorities', readsJks)

  it.each(CERTIFICATE_VARIABLES)('are what %s names', (variable) => {
    expect(trust.env[variable]).toMatch(/^\/etc\/mcp-run\/ca\/(extra|bundle)\.pem$/)
  })
})

const JAVA =
  '-Djavax.net.ssl.trustStore=/etc/mcp-run/ca/java.jks -Djavax.net.ssl.trustStorePassword=changeit -Djavax.net.ssl.trustStoreType=JKS'

describe('the environment of a server that is read', () => {
  const environment = (set: Record<string, string>, host: Record<string, string> = {}) =>
    serverEnvironment({
      ...{ host, profile: { pass: Object.keys(host), set }, pass: [], home: '/home/mcp', cwd: '/work' },
      ...{ node: null, holds: () => true, programs: '/dist/programs', trust },
    })

  it('names the files, and shows them', () => {
    const { env, shares } = environment({})
    expect(env).toMatchObject(trust.env)
    expect(shares).toEqual(expect.arrayContaining([...trust.shares]))
  })

  it('leaves a file that the profile sets', () => {
    expect(environment({ SSL_CERT_FILE: '/own.pem' }).env.SSL_CERT_FILE).toBe('/own.pem')
  })

  it.each<readonly [string, Record<string, string>, Record<string, string>, string]>([
    ['alone', {}, {}, JAVA],
    ['after the profile’s own', { JAVA_TOOL_OPTIONS: '-Xmx1g' }, {}, `-Xmx1g ${JAVA}`],
    ['after what is passed on', {}, { JAVA_TOOL_OPTIONS: '-Xms1g' }, `-Xms1g ${JAVA}`],
  ])('has Java’s options %s', (_, set, host, expected) => {
    expect(environment(set, host).env.JAVA_TOOL_OPTIONS).toBe(expected)
  })
})

function hasKeytool(): boolean {
  try {
    execFileSync('keytool', ['-help'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
