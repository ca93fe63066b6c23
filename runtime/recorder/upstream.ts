import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { getServers } from 'node:dns'
import { connect, isIPv6 } from 'node:net'
import { encodeUpstreamQuery } from '../protocol/dns-query.ts'
import { readUpstreamReply, type UpstreamReply } from '../protocol/dns-upstream.ts'

const TIMEOUT_MS = 3000
const DNS_PORT = 53

export interface UpstreamQuestion {
  readonly name: string
  readonly typeCode: number
  readonly dnssecOk: boolean
}

/**
 * Asks the host's own resolvers, one after the other, over UDP and where cut over TCP. Null when none answers,
 * and at once when `over` is aborted.
 */
export async function askUpstream(
  question: UpstreamQuestion,
  over: AbortSignal,
): Promise<UpstreamReply | null> {
  for (const server of getServers().map(parseServer)) {
    if (over.aborted) return null
    const overUdp = await exchange(question, over, (query, take) => udp(server, query, take))
    if (overUdp !== null && !overUdp.truncated) return overUdp
    if (overUdp === null) continue
    const overTcp = await exchange(question, over, (query, take) => tcp(server, query, take))
    if (overTcp !== null) return overTcp
  }
  return null
}

interface Server {
  readonly address: string
  readonly port: number
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`: what dns.getServers() gives. */
function parseServer(text: string): Server {
  const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(text)
  if (bracketed?.[1] !== undefined) return { address: bracketed[1], port: Number(bracketed[2] ?? DNS_PORT) }
  if (isIPv6(text)) return { address: text, port: DNS_PORT }
  const [address = '', port] = text.split(':')
  return { address, port: Number(port ?? DNS_PORT) }
}

/** Tells whether a message was the awaited answer, so that a forged one is passed over. */
type Take = (message: Buffer) => boolean

/** Begins an exchange; returns what ends it. */
type Transport = (query: Buffer, take: Take) => { end(): void; failed: Promise<void> }

async function exchange(
  question: UpstreamQuestion,
  over: AbortSignal,
  transport: Transport,
): Promise<UpstreamReply | null> {
  const id = randomInt(65_536)
  const query = encodeUpstreamQuery(id, question.name, question.typeCode, question.dnssecOk)
  let conversation: ReturnType<Transport> | null = null
  let timer: NodeJS.Timeout | undefined
  let onOver = (): void => undefined
  try {
    return await new Promise<UpstreamReply | null>((resolve) => {
      onOver = () => resolve(null)
      over.addEventListener('abort', onOver, { once: true })
      timer = setTimeout(() => resolve(null), TIMEOUT_MS)
      conversation = transport(query, (message) => {
        const reply = readUpstreamReply(message, { id, name: question.name, typeCode: question.typeCode })
        if (reply.ok) resolve(reply)
        return reply.ok
      })
      void conversation.failed.then(() => resolve(null))
    })
  } finally {
    clearTimeout(timer)
    over.removeEventListener('abort', onOver)
    ;(conversation as ReturnType<Transport> | null)?.end()
  }
}

function udp(server: Server, query: Buffer, take: Take): ReturnType<Transport> {
  const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4')
  const failed = new Promise<void>((resolve) => {
    socket.on('error', () => resolve())
  })
  socket.on('message', take)
  // Connected, the kernel takes answers from the resolver alone.
  socket.connect(server.port, server.address, () => socket.send(query))
  return { failed, end: () => socket.close() }
}

function tcp(server: Server, query: Buffer, take: Take): ReturnType<Transport> {
  const socket = connect(server.port, server.address)
  const length = Buffer.alloc(2)
  length.writeUInt16BE(query.length)
  socket.write(Buffer.concat([length, query]))
  let received = Buffer.alloc(0)
  const failed = new Promise<void>((resolve) => {
    socket.on('error', () => resolve())
    socket.on('end', () => resolve())
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return
      if (!take(received.subarray(2, 2 + received.readUInt16BE(0)))) resolve()
    })
  })
  return { failed, end: () => socket.destroy() }
}
