import { readdirSync, readFileSync } from 'node:fs'

/**
 * MB that a wrapper adds: the proportional set size (proc(5), smaps_rollup) of a process and all below it, and of
 * what runs in the containers, by their ids, less that of the server itself: the lowest process whose command line
 * names it. Null where /proc does not tell.
 */
export function wrapperMemory(
  pid: number,
  serverName: string,
  containers: readonly string[] = [],
): number | null {
  const children = childrenByParent()
  const tree: { readonly pid: number; readonly depth: number }[] = []
  const walk = (at: number, depth: number): void => {
    tree.push({ pid: at, depth })
    for (const child of children.get(at) ?? []) walk(child, depth + 1)
  }
  walk(pid, 0)
  // Deeper than all that the client started: who carries the conversation names the server too.
  for (const contained of inContainers(containers))
    tree.push({ pid: contained, depth: Number.MAX_SAFE_INTEGER })
  const servers = tree
    .filter((one) => !children.has(one.pid) && commandLine(one.pid).includes(serverName))
    .sort((a, b) => b.depth - a.depth)
  const server = servers[0]
  if (server === undefined) return null
  const sizes = tree.filter((one) => one.pid !== server.pid).map((one) => proportionalSetSize(one.pid))
  return sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
}

/** Control groups go by the container's id. */
function inContainers(ids: readonly string[]): readonly number[] {
  if (ids.length === 0) return []
  return processIds().filter((pid) => ids.some((id) => read(pid, 'cgroup')?.includes(id)))
}

function processIds(): readonly number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

function childrenByParent(): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>()
  for (const pid of processIds()) {
    const stat = read(pid, 'stat')
    // The command's name, in brackets, may hold anything.
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (stat !== null) children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  return children
}

function commandLine(pid: number): string {
  return read(pid, 'cmdline') ?? ''
}

function proportionalSetSize(pid: number): number | null {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(read(pid, 'smaps_rollup') ?? '')?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) / 1024
}

function read(pid: number, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return null
  }
}
