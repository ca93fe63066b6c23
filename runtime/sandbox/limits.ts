import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Profile } from '../model/profile.ts'

type Limits = Profile['limits']

interface Limit {
  readonly controller: 'memory' | 'cpu' | 'pids'
  /** What to write in the control group, first name that exists: the unified hierarchy's, then the older one's. */
  readonly files: readonly (readonly [file: string, value: string])[][]
}

const CPU_PERIOD_US = 100_000

function wanted(limits: Limits): Limit[] {
  const list: Limit[] = []
  if (limits.memory !== null) {
    const bytes = String(limits.memory)
    list.push({ controller: 'memory', files: [[['memory.max', bytes]], [['memory.limit_in_bytes', bytes]]] })
  }
  if (limits.cpus !== null) {
    const quota = String(Math.round(limits.cpus * CPU_PERIOD_US))
    list.push({
      controller: 'cpu',
      files: [
        [['cpu.max', `${quota} ${CPU_PERIOD_US}`]],
        [
          ['cpu.cfs_period_us', String(CPU_PERIOD_US)],
          ['cpu.cfs_quota_us', quota],
        ],
      ],
    })
  }
  if (limits.pids !== null) list.push({ controller: 'pids', files: [[['pids.max', String(limits.pids)]]] })
  return list
}

export interface AppliedLimits {
  /** Sentences for a person. */
  readonly notEnforced: readonly string[]
  /** Removes the control groups; call it when no process is left in them. */
  remove(): void
}

/** Puts a process, and so all that it will start, in control groups with these limits, as far as they are delegated to us. */
export function applyLimits(pid: number, limits: Limits): AppliedLimits {
  const groups: string[] = []
  const notEnforced: string[] = []
  for (const limit of wanted(limits)) {
    const failure = enforce(pid, limit, groups)
    if (failure !== null) notEnforced.push(`the ${limit.controller} limit is not enforced: ${failure}`)
  }
  return { notEnforced, remove: () => groups.forEach(removeGroup) }
}

function enforce(pid: number, limit: Limit, groups: string[]): string | null {
  const parent = parentGroup(limit.controller)
  if (parent === null) return `no ${limit.controller} control group is delegated here`
  const group = join(parent, `mcp-run-${pid}`)
  try {
    sweepGroups(parent)
    if (!existsSync(group)) {
      mkdirSync(group)
      groups.push(group)
    }
    const files = limit.files.find(([first]) => first !== undefined && existsSync(join(group, first[0])))
    if (files === undefined) return `the control group has no ${limit.controller} controller`
    for (const [file, value] of files) writeFileSync(join(group, file), value)
    writeFileSync(join(group, 'cgroup.procs'), String(pid))
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/**
 * The control group of this process in the hierarchy that has the controller: `ID:controllers:path`, with no
 * controllers named for the unified hierarchy. As root the hierarchy's own top, which alone may hold both
 * processes and groups with limits.
 */
function parentGroup(controller: string): string | null {
  const lines = readFileSync('/proc/self/cgroup', 'utf8').trim().split('\n')
  for (const line of lines) {
    const [, controllers = '', ...path] = line.split(':')
    const own = process.getuid?.() === 0 ? '/' : path.join(':')
    if (controllers.split(',').includes(controller)) return existing(`/sys/fs/cgroup/${controller}${own}`)
  }
  const unified = lines.find((line) => line.startsWith('0::'))
  if (unified === undefined || !existsSync('/sys/fs/cgroup/cgroup.controllers')) return null
  const own = process.getuid?.() === 0 ? '/' : unified.slice(3)
  return existing(`/sys/fs/cgroup${own}`)
}

function existing(folder: string): string | null {
  return existsSync(folder) ? folder : null
}

/** What sessions left that were killed with no time to clean up: a group lives as long as the process it is named by. */
function sweepGroups(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = /^mcp-run-(\d+)$/.exec(name)?.[1]
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) removeGroup(join(parent, name))
  }
}

function removeGroup(group: string): void {
  try {
    rmdirSync(group)
  } catch {
    // A process of it is still ending: the kernel lets go of an empty group's folder only, and it costs nothing.
  }
}
