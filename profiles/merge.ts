import type { Profile } from '../runtime/model/profile.ts'
import type { ProfileSource } from './profile-source.ts'

/** A profile that declares nothing. */
export function emptyProfile(name: string): Profile {
  return {
    ...{ name, title: null, publisher: null, note: null, package: null, command: null, args: [] },
    ...{ env: { pass: [], set: {} }, egress: [], files: { read: [], write: [] } },
    ...{ limits: { memory: null, cpus: null, pids: null, required: false }, mode: 'enforce' },
  }
}

/**
 * Lists of destinations, variables and folders grow; everything else is replaced by what the layer says. A
 * variable is either passed or set, as the layer has it.
 */
export function mergeProfile(base: Profile, layer: ProfileSource): Profile {
  const { pass, set } = layer.env
  const kept = Object.entries(base.env.set).filter(([name]) => !pass.includes(name))
  return {
    name: layer.name ?? base.name,
    title: layer.title ?? base.title,
    publisher: layer.publisher ?? base.publisher,
    note: layer.note ?? base.note,
    package: layer.package ?? base.package,
    command: layer.command ?? base.command,
    args: layer.args ?? base.args,
    env: {
      pass: union(base.env.pass, pass).filter((name) => !(name in set)),
      set: { ...Object.fromEntries(kept), ...set },
    },
    egress: [...base.egress, ...layer.egress],
    files: {
      read: union(base.files.read, layer.files.read),
      write: union(base.files.write, layer.files.write),
    },
    limits: {
      memory: layer.limits.memory ?? base.limits.memory,
      cpus: layer.limits.cpus ?? base.limits.cpus,
      pids: layer.limits.pids ?? base.limits.pids,
      required: layer.limits.required ?? base.limits.required,
    },
    mode: layer.mode ?? base.mode,
  }
}

function union(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])]
}
