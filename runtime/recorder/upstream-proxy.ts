import { isIP, type Socket } from 'node:net'
import type { SecureContext } from 'node:tls'
import { hostAndPort, type UpstreamProxy } from '../model/upstream-proxy.ts'
import { byProxy } from '../policy/by-proxy.ts'
import { parseNoProxy } from '../policy/no-proxy.ts'
import { type DialResult, dial } from './dial.ts'
import type { DialPort } from './remote/streams.ts'
import { createResolver } from './resolver.ts'
import { openTunnel, ProxyProblem } from './tunnel.ts'

/** From the connection to the proxy until the proxy has one to the destination. */
const TIMEOUT_MS = 30_000

/** The proxy as the recorder uses it. */
export interface ProxyDialer {
  /** `proxy.corp:3128`: what a row says was dialled. */
  readonly place: string
  /** Whether it carries connections to a host (normalised name or canonical address); port null: not known yet. */
  carries(host: string, port: number | null): boolean
  /** A tunnel to the host, as `dial` gives a connection. The proxy resolves a name. */
  dial(host: string, port: number): Promise<DialResult>
}

/**
 * When `over` is aborted, what is under way gives up at once. `dialLoopback`: to a proxy on the host's own loopback,
 * where that is not this process's.
 */
export function createProxyDialer(
  proxy: UpstreamProxy,
  clock: () => number,
  over: AbortSignal,
  dialLoopback?: DialPort,
): ProxyDialer {
  const noProxy = parseNoProxy(proxy.noProxy)
  const place = hostAndPort(proxy)
  const resolver = createResolver(clock, over, { searchList: true })
  const secure = createSecuring(proxy)
  /** The user's own choice of where to go: its address is not judged, nor is the question the server's. */
  const reach = async (): Promise<DialResult> => {
    if (dialLoopback !== undefined && isLoopback(proxy.host)) return dialLoopback(proxy.port)
    if (isIP(proxy.host) !== 0) return dial([proxy.host], proxy.port, over)
    const resolved = await resolver.addresses(proxy.host)
    return resolved.ok ? dial(resolved.addresses, proxy.port, over) : { ok: false, code: 'ENOTFOUND' }
  }
  return {
    place,
    carries: (host, port) => byProxy(noProxy, host, port),
    dial: async (host, port) => {
      const reached = await reach()
      if (!reached.ok) return { ok: false, code: `proxy: ${reached.code}` }
      const { socket } = reached
      // What goes wrong while nobody listens shows when it is used.
      socket.on('error', () => undefined)
      const limit = giveUpIn(TIMEOUT_MS, socket, over)
      try {
        const way = proxy.scheme === 'https' ? await secure(socket) : socket
        await openTunnel(way, hostAndPort({ host, port }), proxy.authorization)
        return { ok: true, socket: way, address: place }
      } catch (error) {
        socket.destroy()
        return { ok: false, code: limit.reached() ? 'proxy: ETIMEDOUT' : causeOf(error) }
      } finally {
        limit.clear()
      }
    },
  }
}

/** TLS to the proxy itself: its certificate must be for its name, from whom the host trusts. */
function createSecuring({ host, authorities }: UpstreamProxy): (socket: Socket) => Promise<Socket> {
  let context: SecureContext | null = null
  return async (socket) => {
    const { connect, createSecureContext, rootCertificates } = await import('node:tls')
    context ??= createSecureContext({ ca: [...rootCertificates, ...authorities] })
    const options = { socket, host, secureContext: context, ALPNProtocols: ['http/1.1'] }
    const secured = connect({ ...options, servername: isIP(host) === 0 ? host : '' })
    return new Promise((resolve, reject) => {
      secured.once('secureConnect', () => {
        secured.off('error', reject)
        secured.on('error', () => undefined)
        resolve(secured)
      })
      secured.on('error', reject)
      secured.once('close', () => reject(new ProxyProblem('proxy closed the connection')))
    })
  }
}

function giveUpIn(ms: number, socket: Socket, over: AbortSignal) {
  let late = false
  const onOver = (): void => {
    socket.destroy()
  }
  const timer = setTimeout(() => {
    late = true
    socket.destroy()
  }, ms)
  over.addEventListener('abort', onOver, { once: true })
  if (over.aborted) onOver()
  return {
    reached: () => late,
    clear: () => {
      clearTimeout(timer)
      over.removeEventListener('abort', onOver)
    },
  }
}

/** Our words, numbers and error codes: nothing that the proxy said. */
function causeOf(error: unknown): string {
  if (error instanceof ProxyProblem) return error.message
  return `proxy: ${(error as NodeJS.ErrnoException).code ?? 'error'}`
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.')
}
