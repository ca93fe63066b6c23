import type Dockerode from 'dockerode'
import type { Profile } from '../../model/profile.ts'

type Limits = Profile['limits']
type LimitName = Exclude<keyof Limits, 'required'>

/** Which limits an engine keeps. */
export type KeptLimits = Readonly<Record<LimitName, boolean>>

const CPU_NANOSECONDS = 1e9
const NAMES = { memory: 'memory', cpus: 'cpu', pids: 'pids' } as const

/**
 * What of the limits an engine is to be told, and sentences for a person about the rest: some engines pass over a
 * limit that they have no control group for, others don't start the container.
 */
export function limitsIn(keeps: KeptLimits, wanted: Limits): { limits: Limits; notEnforced: string[] } {
  const limits = {
    memory: keeps.memory ? wanted.memory : null,
    cpus: keeps.cpus ? wanted.cpus : null,
    pids: keeps.pids ? wanted.pids : null,
    required: wanted.required,
  }
  const lost = (Object.keys(NAMES) as LimitName[]).filter((name) => limits[name] !== wanted[name])
  return { limits, notEnforced: lost.map(sentence) }
}

/** In an engine's words. */
export function limitsOf({ memory, cpus, pids }: Limits): Dockerode.HostConfig {
  return {
    ...(memory !== null && { Memory: memory, MemorySwap: memory }),
    ...(cpus !== null && { NanoCpus: Math.round(cpus * CPU_NANOSECONDS) }),
    ...(pids !== null && { PidsLimit: pids }),
  }
}

/** Those of a container of mcp-run's own, as far as the engine keeps any. */
export function ownLimits(keeps: KeptLimits, memory: number, pids: number): Dockerode.HostConfig {
  return limitsOf(limitsIn(keeps, { memory, pids, cpus: null, required: false }).limits)
}

function sentence(name: LimitName): string {
  return `the ${NAMES[name]} limit is not enforced: the container engine has no control group for it`
}
