import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { findProgram } from '../../../runtime/sandbox/tools.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { versionOf } from '../machine.ts'
import { ADDRESS, PORTS } from './far-end.ts'

export const SQUID_PORT = 3128
/** haproxy's port for each of the far server's. */
export const HAPROXY_BASE_PORT = 19_001
const START_MS = 10_000
/** Its shared memory is named after it: another squid on this machine has its own. */
const SQUID_SERVICE = `bench${process.pid}`
const SHARED_MEMORY = '/dev/shm'

/** A proxy that runs beside mcp-run, in the host's namespace. */
export interface Proxy {
  readonly label: string
  readonly pid: number
  end(): Promise<void>
}

/** Squid as a forward proxy: every CONNECT allowed and logged, nothing cached. Null where it is not installed. */
export async function startSquid(internet: Internet, folder: string): Promise<Proxy | null> {
  const program = findProgram('squid')
  if (program === null) return null
  const own = join(folder, 'squid')
  mkdirSync(own)
  // It writes its logs as the user that its package made.
  chmodSync(own, 0o777)
  const config = `http_port 127.0.0.1:${SQUID_PORT}
http_access allow all
cache deny all
pinger_enable off
pid_filename none
netdb_filename none
coredump_dir ${own}
cache_log /dev/null
access_log stdio:${own}/access.log
visible_hostname bench
shutdown_lifetime 0 seconds
`
  const squid = await start(internet, SQUID_PORT, [
    program,
    '-N',
    '-d',
    '1',
    '-n',
    SQUID_SERVICE,
    '-f',
    file(own, config),
  ])
  return {
    label: `squid ${versionOf([program, '-v'])}, CONNECT`,
    pid: squid.pid,
    end: async () => {
      await squid.end()
      for (const name of readdirSync(SHARED_MEMORY)) {
        if (name.startsWith(`${SQUID_SERVICE}-`)) rmSync(join(SHARED_MEMORY, name))
      }
    },
  }
}

/** haproxy in TCP mode: it looks at nothing and logs nothing. Null where it is not installed. */
export async function startHaproxy(internet: Internet, folder: string): Promise<Proxy | null> {
  const program = findProgram('haproxy')
  if (program === null) return null
  const own = join(folder, 'haproxy')
  mkdirSync(own)
  const ways = PORTS.map(
    (port, index) => `listen far${index}
  bind 127.0.0.1:${HAPROXY_BASE_PORT + index}
  server far ${ADDRESS}:${port}
`,
  )
  const config = `global
  maxconn 4096
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
${ways.join('')}`
  const haproxy = await start(internet, HAPROXY_BASE_PORT, [program, '-db', '-f', file(own, config)])
  return { label: `haproxy ${versionOf([program, '-v'])}, tcp`, ...haproxy }
}

function file(folder: string, text: string): string {
  const path = join(folder, 'config')
  writeFileSync(path, text)
  return path
}

async function start(
  internet: Internet,
  port: number,
  argv: readonly string[],
): Promise<Omit<Proxy, 'label'>> {
  const child = internet.spawn(argv, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output = `${output}${chunk}`.slice(-2000)
    })
  }
  const until = Date.now() + START_MS
  const pid = child.pid ?? 0
  while (!listens(pid, port)) {
    if (child.exitCode !== null || Date.now() > until) throw new Error(`${argv.join(' ')}: ${output.trim()}`)
    await pause(50)
  }
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const end = (): Promise<void> => {
    child.kill('SIGTERM')
    return exited
  }
  return { pid, end }
}

/** Whether anybody in the process's network namespace listens there: proc(5), state 0A. */
function listens(pid: number, port: number): boolean {
  const local = port.toString(16).toUpperCase().padStart(4, '0')
  try {
    return new RegExp(`:${local} 00000000:0000 0A `).test(readFileSync(`/proc/${pid}/net/tcp`, 'latin1'))
  } catch {
    return false
  }
}
