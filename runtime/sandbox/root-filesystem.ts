import { lstatSync, readdirSync, readlinkSync } from 'node:fs'
import type { Word } from '../tap/config.ts'
import { OWN_IPV4, OWN_IPV6 } from '../tap/rules.ts'

/** Ids and names inside the sandbox; on the host they are the user's own, or the dedicated user's. */
export const SANDBOX_ID = 1000
export const SANDBOX_USER = 'mcp'
export const SANDBOX_HOME = `/home/${SANDBOX_USER}`
export const SANDBOX_HOST = 'mcp-run'

const TOP_LEVEL = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']

/** Under /usr and yet not programs: sockets of services that were installed by hand, and settings with secrets in them. */
const HIDDEN = ['/usr/local/etc', '/usr/local/var']

/** What programs expect of /etc and what tells nothing of the host's user: no passwd, no shadow, no hosts. */
const ETC = [
  'alternatives',
  'ca-certificates',
  'ca-certificates.conf',
  'crypto-policies',
  'fonts',
  'gai.conf',
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'localtime',
  'mime.types',
  'pki/ca-trust/extracted',
  'pki/tls/cert.pem',
  'pki/tls/certs',
  'protocols',
  'services',
  'ssl/cert.pem',
  'ssl/certs',
  'ssl/openssl.cnf',
  'timezone',
]

/** A JDK of Debian's does not start without its settings. */
const JAVA = /^java-\d+-openjdk$/

export type EtcFile = 'passwd' | 'group' | 'hosts' | 'resolv.conf' | 'nsswitch.conf' | 'hostname'

/** Files of /etc that are made for the sandbox, whose user has these ids in it. */
export function ownEtc(id: number, group: number): Readonly<Record<EtcFile, string>> {
  const account = id === 0 ? '' : `${SANDBOX_USER}:x:${id}:${group}::${SANDBOX_HOME}:/bin/sh\n`
  return {
    passwd: `root:x:0:0:root:/:/usr/sbin/nologin\n${account}nobody:x:65534:65534::/:/usr/sbin/nologin\n`,
    group: `root:x:0:\n${group === 0 ? '' : `${SANDBOX_USER}:x:${group}:\n`}nogroup:x:65534:\n`,
    hosts: `127.0.0.1 localhost ${SANDBOX_HOST}\n::1 localhost ${SANDBOX_HOST}\n${OWN_IPV4} ${SANDBOX_HOST}\n${OWN_IPV6} ${SANDBOX_HOST}\n`,
    'resolv.conf': `nameserver ${OWN_IPV4}\noptions timeout:5 attempts:2\n`,
    'nsswitch.conf':
      'passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\nprotocols: files\n',
    hostname: `${SANDBOX_HOST}\n`,
  }
}

/**
 * bubblewrap's words for the root: an allowlist. Never /run, /var, the host's /tmp or HOME: that is where
 * sockets of other services and other people's files are.
 */
export function rootFilesystem(tmpBytes: number): readonly Word[] {
  const words: Word[] = ['--ro-bind', '/usr', '/usr']
  for (const path of TOP_LEVEL) {
    const entry = lstatSync(path, { throwIfNoEntry: false })
    if (entry?.isSymbolicLink()) words.push('--symlink', readlinkSync(path), path)
    else if (entry?.isDirectory()) words.push('--ro-bind', path, path)
  }
  for (const path of HIDDEN) {
    const entry = lstatSync(path, { throwIfNoEntry: false })
    if (entry?.isDirectory()) words.push('--tmpfs', path, '--remount-ro', path)
  }
  words.push('--proc', '/proc', '--dev', '/dev')
  words.push('--size', String(tmpBytes), '--perms', '1777', '--tmpfs', '/tmp')
  words.push(
    '--perms',
    '0755',
    '--dir',
    '/var',
    '--perms',
    '0755',
    '--dir',
    '/etc',
    '--perms',
    '0755',
    '--dir',
    '/home',
    '--symlink',
    '../tmp',
    '/var/tmp',
  )
  const java = readdirSync('/etc').filter((name) => JAVA.test(name))
  for (const name of [...ETC, ...java]) words.push('--ro-bind-try', `/etc/${name}`, `/etc/${name}`)
  for (const [name, content] of Object.entries(ownEtc(SANDBOX_ID, SANDBOX_ID))) {
    words.push(
      '--perms',
      '0444',
      '--ro-bind-data',
      { data: Buffer.from(content).toString('base64') },
      `/etc/${name}`,
    )
  }
  // Where a distribution keeps its programs outside /usr.
  words.push('--ro-bind-try', '/nix/store', '/nix/store')
  return words
}
