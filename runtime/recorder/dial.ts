import { connect, type Socket } from 'node:net'

/** RFC 8305, 8: the next address is tried beside those still under way after this time, or at once after a failure. */
const STAGGER_MS = 250
const TIMEOUT_MS = 30_000

export type DialResult =
  /** What was dialled: the address, or a proxy as host and port. */
  | { readonly ok: true; readonly socket: Socket; readonly address: string }
  /** The last failure's error code: `ECONNREFUSED`, `ETIMEDOUT`, …; of a proxy, a few words. */
  | { readonly ok: false; readonly code: string }

/**
 * Races the addresses, in turn of family, the first one given first; the first connection made is the one.
 * When `over` is aborted it gives up at once.
 */
export function dial(addresses: readonly string[], port: number, over: AbortSignal): Promise<DialResult> {
  const queue = interleave(addresses)
  return new Promise((resolve) => {
    const trying = new Set<Socket>()
    let stagger: NodeJS.Timeout | undefined
    let lastCode = 'EHOSTUNREACH'
    let settled = false
    const settle = (result: DialResult): void => {
      settled = true
      clearTimeout(stagger)
      clearTimeout(deadline)
      over.removeEventListener('abort', onOver)
      for (const socket of trying) socket.destroy()
      resolve(result)
    }
    const deadline = setTimeout(() => settle({ ok: false, code: 'ETIMEDOUT' }), TIMEOUT_MS)
    const onOver = (): void => settle({ ok: false, code: 'ECANCELED' })
    over.addEventListener('abort', onOver, { once: true })
    const next = (): void => {
      clearTimeout(stagger)
      if (over.aborted) {
        settle({ ok: false, code: 'ECANCELED' })
        return
      }
      const address = queue.shift()
      if (address === undefined) {
        if (trying.size === 0) settle({ ok: false, code: lastCode })
        return
      }
      const socket = connect({ host: address, port, noDelay: true, keepAlive: true, allowHalfOpen: true })
      trying.add(socket)
      const onError = (error: NodeJS.ErrnoException): void => {
        trying.delete(socket)
        lastCode = error.code ?? lastCode
        if (!settled) next()
      }
      socket.once('error', onError)
      socket.once('connect', () => {
        trying.delete(socket)
        socket.off('error', onError)
        settle({ ok: true, socket, address })
      })
      stagger = setTimeout(next, STAGGER_MS)
    }
    next()
  })
}

/** RFC 8305, 4: families alternate, beginning with that of the first address. */
function interleave(addresses: readonly string[]): string[] {
  const ipv6 = addresses.filter((address) => address.includes(':'))
  const ipv4 = addresses.filter((address) => !address.includes(':'))
  const [first, second] = addresses[0]?.includes(':') ? [ipv6, ipv4] : [ipv4, ipv6]
  return first
    .flatMap((address, index) => [address, second[index] ?? []].flat())
    .concat(second.slice(first.length))
}
