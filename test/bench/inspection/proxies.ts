import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Authority, createAuthority } from '../../../runtime/recorder/inspect/authority.ts'
import { findProgram } from '../../../runtime/sandbox/tools.ts'
import { execute } from '../../fixtures/internet/execute.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { testAuthority } from '../../integration/recorder/inspect/certificates.ts'
import { versionOf } from '../machine.ts'
import { type RunningProxy, startProxy } from '../proxy-process.ts'
import { startSquid } from '../squid.ts'
import { HOST } from './far-end.ts'

const MOCKTTP = fileURLToPath(new URL('./load/mockttp.mjs', import.meta.url))
const BARE = fileURLToPath(new URL('./load/bare.mjs', import.meta.url))
const SQUID_CERTIFICATES = '/usr/lib/squid/security_file_certgen'

export type PeerName = 'squid' | 'mitmdump' | 'mockttp' | 'bare'

/** A proxy that ends TLS, and whom its clients have to trust for it. */
export interface Peer extends RunningProxy {
  readonly port: number
  /** PEM. */
  readonly caFile: string
}

export interface PeerOptions {
  readonly internet: Internet
  readonly folder: string
  /** Where mockttp is installed; null: it is left out. */
  readonly mockttp: string | null
}

type Start = (options: PeerOptions) => Promise<Peer | null>

/** Null: not installed, with what would install it. */
export const PEERS: readonly { readonly name: PeerName; readonly start: Start; readonly how: string }[] = [
  { name: 'squid', start: startBumping, how: 'apt-get install squid-openssl' },
  { name: 'mitmdump', start: startMitmdump, how: 'apt-get install mitmproxy' },
  { name: 'bare', start: startBare, how: 'it is always there' },
  { name: 'mockttp', start: startMockttp, how: 'npm install --prefix DIR mockttp, then --with-mockttp DIR' },
]

async function startBumping({ internet, folder }: PeerOptions): Promise<Peer | null> {
  const program = findProgram('squid')
  if (program === null || !existsSync(SQUID_CERTIFICATES) || !endsTls(program)) return null
  const own = join(folder, 'squid')
  mkdirSync(own)
  const { caFile, keyFile } = await writeAuthority(own)
  const database = join(own, 'certificates')
  await execute([SQUID_CERTIFICATES, '-c', '-s', database, '-M', '16MB'])
  await execute(['chmod', '-R', 'a+rwX', own])
  const port = 3128
  const squid = await startSquid(internet, {
    ...{ program, folder: own, port, does: 'ssl-bump' },
    lines: [
      `http_port 127.0.0.1:${port} ssl-bump tls-cert=${caFile} tls-key=${keyFile} generate-host-certificates=on dynamic_cert_mem_cache_size=16MB`,
      `sslcrtd_program ${SQUID_CERTIFICATES} -s ${database} -M 16MB`,
      `tls_outgoing_options cafile=${internet.caFile}`,
      'acl begin at_step SslBump1',
      'ssl_bump peek begin',
      'ssl_bump bump all',
    ],
  })
  return { ...squid, port, caFile }
}

/** Debian has a squid without OpenSSL too, which ends no TLS. */
function endsTls(squid: string): boolean {
  return execFileSync(squid, ['-v'], { encoding: 'utf8' }).includes('--enable-ssl-crtd')
}

async function startMitmdump({ internet, folder }: PeerOptions): Promise<Peer | null> {
  const program = findProgram('mitmdump')
  if (program === null) return null
  const own = join(folder, 'mitmdump')
  mkdirSync(own)
  const port = 8080
  const mitmdump = await startProxy(internet, port, [
    ...[program, '--quiet', '--listen-host', '127.0.0.1', '--listen-port', `${port}`],
    ...['--set', `confdir=${own}`, '--set', `ssl_verify_upstream_trusted_ca=${internet.caFile}`],
  ])
  return {
    ...mitmdump,
    label: `mitmdump ${versionOf([program, '--version'])}`,
    port,
    caFile: join(own, 'mitmproxy-ca-cert.pem'),
  }
}

/** What is left of mcp-run where nothing is read, judged or kept: less cannot be had of Node's own http. */
async function startBare({ internet, folder }: PeerOptions): Promise<Peer> {
  const authority = await testAuthority()
  const { cert, key } = await authority.issue([HOST, `*.${HOST}`])
  const file = (name: string, text: string): string => {
    const path = join(folder, `bare-${name}.pem`)
    writeFileSync(path, text)
    return path
  }
  const port = 8001
  const argv = [process.execPath, BARE, `${port}`, file('certificate', cert), file('key', key)]
  const started = await startProxy(internet, port, argv, { NODE_EXTRA_CA_CERTS: internet.caFile })
  return { ...started, label: "Node's http, bare", port, caFile: file('authority', authority.certificate) }
}

async function startMockttp({ internet, folder, mockttp }: PeerOptions): Promise<Peer | null> {
  if (mockttp === null) return null
  const manifest = join(mockttp, 'node_modules', 'mockttp', 'package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8'))
  const own = join(folder, 'mockttp')
  mkdirSync(own)
  const { caFile, keyFile } = await writeAuthority(own)
  const port = 8000
  const argv = [process.execPath, MOCKTTP, mockttp, `${port}`, caFile, keyFile]
  const started = await startProxy(internet, port, argv, { NODE_EXTRA_CA_CERTS: internet.caFile })
  return { ...started, label: `mockttp ${version}`, port, caFile }
}

async function writeAuthority(
  folder: string,
): Promise<{ readonly caFile: string; readonly keyFile: string }> {
  const { certificate, key }: Authority = await createAuthority(Date.now())
  const [caFile, keyFile] = [join(folder, 'ca.pem'), join(folder, 'ca.key')]
  writeFileSync(caFile, certificate)
  const lines = key.match(/.{1,64}/g)?.join('\n')
  writeFileSync(keyFile, `-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`)
  return { caFile, keyFile }
}
