import { bootId, processOf, runsSince } from '../model/process-table.ts'

/** What tells one process from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number
  /** See `TabledProcess`; 0: it was not there. */
  readonly pidStart: number
  readonly bootId: string
}

export function processIdentity(pid: number = process.pid): ProcessIdentity {
  return { pid, pidStart: processOf(pid)?.start ?? 0, bootId: bootId() }
}

/** False once the process has ended: also while its parent has not yet collected it, and after a reboot. */
export function processAlive(identity: ProcessIdentity): boolean {
  return identity.bootId === bootId() && runsSince(identity.pid, identity.pidStart)
}
