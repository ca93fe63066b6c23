import { once } from 'node:events'
import { NO_NETWORK } from './rig/controls.ts'
import { type Probe, probeFamily } from './rig/probes.ts'

const ABSTRACT = 'mcp-run-attack'
const REFUSED = /refused|ECONNREFUSED|ENOENT|not known/

/** A service of the host's on its own loopback: the sandbox has another. */
const spelled = (title: string, host: string): Probe => ({
  row: 17,
  title: `${title} (${host}), where the host listens`,
  script: ({ port }) => `echo the secret | nc -v -N -w 2 ${host} ${port} 2>&1; echo over`,
  fails: REFUSED,
  works: /^over$/m,
  arrives: 'host',
})

const url = (title: string, host: string): Probe => ({
  row: 17,
  title: `${title} in a URL (${host}), where the host listens`,
  script: ({ port }) => `curl -sS -m 2 'http://${host}:${port}/' 2>&1; echo over`,
  fails: /Failed to connect|Couldn't connect|connection|refused/i,
  works: /^over$/m,
  arrives: 'host',
})

const datagrams = (title: string, host: string): Probe => ({
  row: 35,
  title: `UDP to ${title} (${host}), where the host listens`,
  script: ({ port }) => `echo the secret | nc -u -w 1 ${host} ${port} 2>&1; echo over`,
  fails: /^over$/m,
  works: /^over$/m,
  arrives: 'host',
})

const probes: readonly Probe[] = [
  spelled('loopback', '127.0.0.1'),
  spelled('another address of loopback', '127.8.9.10'),
  spelled('loopback by name', 'localhost'),
  spelled('loopback in hexadecimal', '0x7f.1'),
  spelled('loopback as one number', '2130706433'),
  spelled('loopback in octal', '0177.0.0.1'),
  spelled('loopback in two parts', '127.1'),
  spelled('zero', '0'),
  spelled('no address', '0.0.0.0'),
  spelled('IPv6 loopback', '::1'),
  spelled('no IPv6 address', '::'),
  spelled('v4-mapped loopback', '::ffff:127.0.0.1'),
  spelled('v4-mapped loopback in hexadecimal', '::ffff:7f00:1'),
  url('loopback', '127.0.0.1'),
  url('loopback in hexadecimal', '0x7f.0x0.0x0.0x1'),
  url('loopback as one number', '2130706433'),
  url('loopback in octal', '0177.0.0.1'),
  url('zero', '0'),
  url('IPv6 loopback', '[::1]'),
  url('v4-mapped loopback', '[::ffff:127.0.0.1]'),
  datagrams('loopback', '127.0.0.1'),
  datagrams('IPv6 loopback', '::1'),
  {
    row: 35,
    title: 'a port scan of all own addresses',
    script: () => 'node $KIT/scan.cjs 127.0.0.1 ::1',
    // Only where the recorder answers DNS and takes connections.
    fails: /^127\.0\.0\.1: 53 15001\.\n::1: 53 15001\.$/m,
    works: /^127\.0\.0\.1: .*\b20000\b/m,
  },
  {
    row: 36,
    title: 'an abstract socket of the host',
    script: () =>
      `node -e "require('node:net').connect('\\0${ABSTRACT}').on('error', (e) => console.log(e.code)).on('data', (d) => { console.log(String(d)); process.exit() })"`,
    fails: REFUSED,
    works: /^greetings$/m,
  },
  {
    row: 36,
    title: 'the names of all abstract sockets',
    script: () => 'grep -c " @" /proc/net/unix',
    fails: /^0$/m,
    works: /^[1-9]/m,
  },
]

probeFamily({
  probes,
  control: NO_NETWORK,
  controlUsers: ['root', 'plain'],
  prepare: async (internet) => {
    const program = `require('node:net').createServer((s) => s.end('greetings')).listen('\\0${ABSTRACT}', () => console.log('ready'))`
    const child = internet.spawn([process.execPath, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (child.stdout !== null) await once(child.stdout, 'data')
    return () => child.kill()
  },
})
