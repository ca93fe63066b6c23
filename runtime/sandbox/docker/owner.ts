import { readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isLinux } from '../../model/host.ts'
import { isAlive, processToken } from '../../model/process-identity.ts'
import { bootId } from '../../model/process-table.ts'

/** Labels of all that mcp-run makes in an engine. */
export const LABEL = 'io.github.mcp-run'
const OWNER = `${LABEL}.owner`

/** Where a process's id means something: this machine since it was started, and this pid namespace. */
function place(): string {
  const boot = bootId()
  if (!isLinux()) return `${process.platform} ${boot || hostname()}`
  try {
    if (boot !== '') return `${boot} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    // Hidden, as in some sandboxes.
  }
  return `${process.platform} ${hostname()}`
}

export function ownLabels(role: string): Record<string, string> {
  return { [LABEL]: role, [OWNER]: `${processToken()} ${place()}` }
}

/** Whether the mcp-run that made this is known to be gone: its place is ours, and no such process lives here. */
export function isAbandoned(labels: Readonly<Record<string, string>>): boolean {
  const [, token = '', where] = /^(\S+) (.*)$/.exec(labels[OWNER] ?? '') ?? []
  return where === place() && !isAlive(token)
}
