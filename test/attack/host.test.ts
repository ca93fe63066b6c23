import { chmodSync, existsSync, mkdirSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type Probe, probeFamily } from './rig/probes.ts'

const PREFIX = 'mcp-run-attack-'
const ID = `${PREFIX}${process.pid}`
/** Where a host has its sockets and secrets; each gets one of ours, with anybody's leave to use it. */
const FOLDERS = [
  ...[
    '/run',
    '/run/user',
    '/var/run',
    '/var/lib',
    '/var/tmp',
    '/tmp',
    '/dev/shm',
    '/etc',
    '/etc/ssl',
    '/opt',
    '/srv',
  ],
  ...['/mnt', '/media', '/home', '/root', '/boot', '/usr/local/etc', '/usr/local/var'],
]
const hidden = [
  ...new Set(FOLDERS.filter((folder) => existsSync(folder)).map((folder) => realpathSync(folder))),
]

const ABSENT = /No such file|Permission denied|ENOENT|EACCES|cannot access/
const probe = (row: number, title: string, script: string, fails: RegExp, works: RegExp): Probe => ({
  row,
  title,
  script: () => script,
  fails,
  works,
})

/** A socket of some service of the host's: found by its path, and answered. */
const socketIn = (folder: string): Probe =>
  probe(
    36,
    `a socket in ${folder}`,
    `node -e "require('node:net').connect('${folder}/${ID}/service.sock').on('error', (e) => console.log(e.code)).on('data', (d) => { console.log(String(d)); process.exit() })"`,
    ABSENT,
    /^greetings$/m,
  )

const fileIn = (folder: string): Probe =>
  probe(36, `a file in ${folder}`, `cat ${folder}/${ID}/secret 2>&1`, ABSENT, /^the secret$/m)

/** Opened for writing with nothing written, so that the control changes nothing either. */
const opened = (path: string): Probe =>
  probe(
    34,
    `${path}, opened for writing`,
    `{ true >>${path}; } 2>&1 && echo opened`,
    /Permission denied|Operation not permitted|Read-only file system|No such file|cannot create/,
    /^opened$/m,
  )

const probes: readonly Probe[] = [
  ...hidden.map(socketIn),
  ...hidden.map(fileIn),
  probe(
    36,
    "mcp-run's own home, its keys and its store",
    `find /tmp /home /root -maxdepth 6 -name '${ID}-*' 2>/dev/null | grep -c .`,
    /^0$/m,
    /^[1-9]\d*$/m,
  ),
  probe(36, 'passwords', 'cat /etc/shadow 2>&1', ABSENT, /^root:/m),
  probe(
    36,
    "another process's root",
    'for seen in /proc/[0-9]*/root; do cat "$seen"/etc/shadow 2>&1; done',
    ABSENT,
    /^root:/m,
  ),
  probe(36, 'accounts', 'wc -l </etc/passwd', /^3$/m, /^(?!3$)\d+$/m),
  // A container has an empty folder there.
  probe(36, 'the settings of the kernel', 'ls -A /sys/kernel 2>/dev/null | grep -c .', /^0$/m, /^[1-9]\d*$/m),
  probe(
    32,
    'the trust store',
    '{ true >>/etc/ssl/certs/ca-certificates.crt; } 2>&1 && echo opened',
    /Read-only|denied|cannot/,
    /^opened$/m,
  ),
  probe(
    32,
    "the trust store's folder",
    'true 2>&1 >/etc/ssl/certs/x.pem && rm /etc/ssl/certs/x.pem && echo made',
    /Read-only|denied|cannot/,
    /^made$/m,
  ),
  probe(34, 'new privileges', 'grep ^NoNewPrivs /proc/self/status', /^NoNewPrivs:\t1$/m, /^NoNewPrivs:\t0$/m),
  probe(34, 'no filter', 'grep ^Seccomp: /proc/self/status', /^Seccomp:\t2$/m, /^Seccomp:\t0$/m),
  ...['/proc/sys/kernel/core_pattern', '/proc/sys/net/ipv4/ip_forward', '/proc/sys/kernel/hostname'].map(
    opened,
  ),
  ...['/proc/sys/net/ipv4/ip_unprivileged_port_start', '/usr/bin/env', '/etc/hosts'].map(opened),
]

probeFamily({
  probes,
  control: 'outside',
  options: {
    plant: (mcp) => {
      mkdirSync(join(mcp.home, '.ssh'))
      writeFileSync(join(mcp.home, '.ssh', `${ID}-key`), 'a private key\n')
      writeFileSync(join(mcp.store, `${ID}-history`), 'another server\n')
    },
  },
  prepare: async () => {
    for (const folder of hidden) sweep(folder)
    const servers = await Promise.all(hidden.map(lay))
    return () => {
      for (const server of servers) server.close()
      for (const folder of hidden) rmSync(join(folder, ID), { recursive: true, force: true })
    }
  },
})

async function lay(folder: string) {
  const own = join(folder, ID)
  mkdirSync(own, { recursive: true, mode: 0o755 })
  chmodSync(own, 0o755)
  writeFileSync(join(own, 'secret'), 'the secret\n', { mode: 0o644 })
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.end('greetings')
  })
  await new Promise<void>((resolve) => server.listen(join(own, 'service.sock'), resolve))
  chmodSync(join(own, 'service.sock'), 0o666)
  return server
}

/** What an earlier run left that was killed. */
function sweep(folder: string): void {
  for (const entry of readdirSync(folder)) {
    const dead = entry.startsWith(PREFIX) && !existsSync(`/proc/${entry.slice(PREFIX.length)}`)
    if (dead) rmSync(join(folder, entry), { recursive: true, force: true })
  }
}
