import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { createAuthority } from '../../runtime/recorder/inspect/authority.ts'
import { createLeafMint } from '../../runtime/recorder/inspect/leaf-mint.ts'
import { POSTMARK_HOST, postmarkApi } from '../../test/fixtures/postmark-api/api.ts'
import type { StandIn } from '../../test/fixtures/stand-in/stand-in.ts'

export const TOKEN = 'demo-token'

export interface DemoInternet {
  /** For HTTPS_PROXY: a proxy on loopback that leads to the stand-in, and nowhere else. */
  readonly proxy: string
  /** PEM of the authority behind the stand-in's certificate. */
  readonly authority: string
  readonly api: StandIn
  close(): void
}

/** A Postmark API of the demo's own on this machine's loopback. It needs neither root nor an internet. */
export async function demoInternet(): Promise<DemoInternet> {
  // As sessions make them, and as unknown to everybody.
  const authority = await createAuthority(Date.now())
  const secureContext = await createLeafMint(authority, Date.now).contextFor(POSTMARK_HOST)
  const api = postmarkApi({ token: TOKEN })
  const proxy = createHttpServer((_, response) => response.writeHead(405).end())
  const sockets = new Set<Socket>()
  proxy.on('connect', ({ url }, near: Socket) => {
    sockets.add(near)
    near.on('error', () => near.destroy())
    if (url !== `${POSTMARK_HOST}:443`) return near.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    near.write('HTTP/1.1 200 Connection established\r\n\r\n')
    const secure = new TLSSocket(near, { isServer: true, secureContext, ALPNProtocols: ['h2', 'http/1.1'] })
    api.serve(secure)
    return undefined
  })
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  return {
    proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    authority: authority.certificate,
    api,
    close: () => {
      proxy.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
