import type { Socket } from 'node:net'
import type { FirstSeen } from '../policy/flow-facts.ts'
import { classifyFirstBytes, type FirstBytes } from '../protocol/first-bytes.ts'

/** A client that has not said what it is by then is judged as it stands. */
const PATIENCE_MS = 10_000

export interface Opening {
  /** All that was read so far: the first that goes to the destination. */
  readonly bytes: Buffer
  readonly first: FirstBytes
  /** The client has ended its side already. */
  readonly ended: boolean
}

/** Reads until the first bytes tell what they are, bounded in bytes by the classifier and here in time. */
export function readOpening(socket: Socket): Promise<Opening> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0)
    const finish = (first: FirstBytes, ended: boolean): void => {
      clearTimeout(timer)
      socket.off('data', onData).off('end', onEnd).off('close', onEnd)
      socket.pause()
      resolve({ bytes, first, ended })
    }
    const onData = (chunk: Buffer): void => {
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
      const first = classifyFirstBytes(bytes)
      if (first.kind !== 'need-more') finish(first, false)
    }
    const onEnd = (): void => finish({ kind: 'unknown' }, true)
    const timer = setTimeout(() => finish({ kind: 'unknown' }, false), PATIENCE_MS)
    socket.on('data', onData).on('end', onEnd).on('close', onEnd)
  })
}

/** What policy needs to know of them. */
export function firstSeen(first: FirstBytes): FirstSeen {
  switch (first.kind) {
    case 'tls':
      return { kind: 'tls', sni: first.sni }
    case 'http':
      return {
        kind: 'http',
        host: first.host,
        hostPort: first.hostPort,
        absolute: first.absolute ?? first.authority,
      }
    case 'malformed':
      return { kind: 'malformed', protocol: first.protocol }
    default:
      return { kind: 'unknown' }
  }
}
