import { closeOthersOnExec, execute } from './become.ts'
import type { TapStatus } from './config.ts'
import { type DropQuestion, dropRequests } from './drop-counters.ts'
import { checked, dup2, signal } from './libc.ts'

const SIGCHLD = 17
const SIG_IGN = 1n
/** Where the shell finds the netlink socket. */
const NETLINK_FD = 5

/**
 * Replaces this process by a shell that holds the namespace until the link, its stdin, ends. It alone has the
 * capability that the kernel wants for its counts, so it asks for them: a line of the link names the question,
 * and the answer comes to whoever reads the socket. A shell, for it takes a fiftieth of node's memory.
 */
export function holds(link: number, netfilter: number): never {
  checked('dup2', dup2(link, 0))
  checked('dup2', dup2(netfilter, NETLINK_FD))
  // Orphans of the namespace become this process's children: ignored, they leave no zombies (signal(7)).
  signal(SIGCHLD, SIG_IGN)
  closeOthersOnExec([NETLINK_FD])
  execute(['/bin/sh', '-c', script(dropRequests())])
}

/** Builtins only, so that nothing is started; one printf is one write, which netlink takes for one message. */
function script(requests: Readonly<Record<DropQuestion, Buffer>>): string {
  const cases = Object.entries(requests).map(
    ([question, bytes]) => `${question}) printf '${octal(bytes)}' >&${NETLINK_FD};;`,
  )
  const holding: TapStatus = { status: 'holding' }
  return `echo '${JSON.stringify(holding)}' >&0; while read -r question; do case $question in ${cases.join(' ')} esac; done`
}

function octal(bytes: Buffer): string {
  return [...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}
