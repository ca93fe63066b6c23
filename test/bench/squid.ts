import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Internet } from '../fixtures/internet/model.ts'
import { versionOf } from './machine.ts'
import { type RunningProxy, startProxy } from './proxy-process.ts'

/** Its shared memory is named after it: another squid on this machine has its own. */
const SERVICE = `bench${process.pid}`
const SHARED_MEMORY = '/dev/shm'

export interface SquidOptions {
  readonly program: string
  /** For its files; it is made. */
  readonly folder: string
  readonly port: number
  /** Lines of its configuration that say what it does. */
  readonly lines: readonly string[]
  /** What it does, in a few words. */
  readonly does: string
}

/** Squid as a forward proxy: everything allowed and logged, nothing cached. */
export async function startSquid(internet: Internet, options: SquidOptions): Promise<RunningProxy> {
  const { program, folder, port } = options
  mkdirSync(folder, { recursive: true })
  // It writes its logs as the user that its package made.
  chmodSync(folder, 0o777)
  const config = join(folder, 'config')
  writeFileSync(
    config,
    `${options.lines.join('\n')}
http_access allow all
cache deny all
pinger_enable off
pid_filename none
netdb_filename none
coredump_dir ${folder}
cache_log /dev/null
access_log stdio:${folder}/access.log
visible_hostname bench
shutdown_lifetime 0 seconds
`,
  )
  const squid = await startProxy(internet, port, [program, '-N', '-d', '1', '-n', SERVICE, '-f', config])
  return {
    label: `squid ${versionOf([program, '-v'])}, ${options.does}`,
    pid: squid.pid,
    end: async () => {
      await squid.end()
      for (const name of readdirSync(SHARED_MEMORY)) {
        if (name.startsWith(`${SERVICE}-`)) rmSync(join(SHARED_MEMORY, name))
      }
    },
  }
}
