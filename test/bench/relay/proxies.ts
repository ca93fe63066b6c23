import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram } from '../../../runtime/sandbox/tools.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { versionOf } from '../machine.ts'
import { type RunningProxy, startProxy } from '../proxy-process.ts'
import { startSquid } from '../squid.ts'
import { ADDRESS, PORTS } from './far-end.ts'

export const SQUID_PORT = 3128
/** haproxy's port for each of the far server's. */
export const HAPROXY_BASE_PORT = 19_001

/** Squid that takes CONNECT. Null where it is not installed. */
export async function startTunnelling(internet: Internet, folder: string): Promise<RunningProxy | null> {
  const program = findProgram('squid')
  if (program === null) return null
  return startSquid(internet, {
    ...{ program, folder: join(folder, 'squid'), port: SQUID_PORT, does: 'CONNECT' },
    lines: [`http_port 127.0.0.1:${SQUID_PORT}`],
  })
}

/** haproxy in TCP mode: it looks at nothing and logs nothing. Null where it is not installed. */
export async function startHaproxy(internet: Internet, folder: string): Promise<RunningProxy | null> {
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
  const config = join(own, 'config')
  writeFileSync(
    config,
    `global
  maxconn 4096
defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
${ways.join('')}`,
  )
  const haproxy = await startProxy(internet, HAPROXY_BASE_PORT, [program, '-db', '-f', config])
  return { label: `haproxy ${versionOf([program, '-v'])}, tcp`, ...haproxy }
}
