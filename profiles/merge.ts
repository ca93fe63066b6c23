import type { Profile } from '../runtime/model/profile.ts'
import type { ProfileSource } from './profile-source.ts'

/** A profile that declares nothing. */
export function emptyProfile(name: string): Profile {
  return {
    ...{ name, title: null, publisher: null, note: null },
    ...{ package: null, image: null, installScripts: [], minAge: null },
    ...{ command: null, args: [], pathArguments: 'read' },
    ...{
      env: { pass: [], set: {} },
      egress: [],
      sinks: [],
      knownValues: [],
      alertBackground: false,
      callbackPorts: [],
      files: { read: [], write: [] },
    },
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
    ...program(base, layer),
    installScripts: union(base.installScripts, layer.installScripts),
    minAge: layer.minAge ?? base.minAge,
    args: layer.args ?? base.args,
    pathArguments: layer.pathArguments ?? base.pathArguments,
    env: {
      pass: union(base.env.pass, pass).filter((name) => !(name in set)),
      set: { ...Object.fromEntries(kept), ...set },
    },
    egress: [...base.egress, ...layer.egress],
    sinks: [...base.sinks, ...layer.sinks],
    knownValues: union(base.knownValues, layer.knownValues),
    alertBackground: layer.alertBackground ?? base.alertBackground,
    callbackPorts: [...new Set([...base.callbackPorts, ...layer.callbackPorts])],
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

/** An image takes the place of a package and a command, and they of it. */
function program(base: Profile, layer: ProfileSource): Pick<Profile, 'package' | 'image' | 'command'> {
  if (layer.image !== null) return { package: null, image: layer.image, command: null }
  const image = layer.package === null && layer.command === null ? base.image : null
  return { package: layer.package ?? base.package, image, command: layer.command ?? base.command }
}

function union(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])]
}
