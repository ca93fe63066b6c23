import { Socket } from 'node:net'
import type { InwardSockets } from '../tap/inward.ts'
import type { DialResult } from './dial.ts'

/** Reaches a port of the sandbox's own loopback. `EMFILE`: all sockets that lead there are in use. */
export async function reachInward(inward: InwardSockets, port: number): Promise<DialResult> {
  const reached = await inward.connect(port)
  if (!reached.ok) return { ok: false, code: reached.problem === 'full' ? 'EMFILE' : 'ECONNREFUSED' }
  const socket = new Socket({ fd: reached.fd, allowHalfOpen: true })
  socket.once('close', reached.release)
  return { ok: true, socket, address: '127.0.0.1' }
}
