import { PassThrough } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { startBridge } from '../../../runtime/mcp/bridge.ts'
import type { BridgeOptions } from '../../../runtime/mcp/bridge-types.ts'
import type { Timers } from '../../../runtime/mcp/timers.ts'

/** A bridge whose six streams are in this process, and whose timers go off when told. */
export function bridgeRig(options: Partial<BridgeOptions> = {}) {
  const client = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  const server = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  const timers = handTimers()
  const bridge = startBridge({ client, server, serverName: 'demo', timers, ...options })
  return {
    client,
    server,
    timers,
    bridge,
    toServer: collect(server.stdin),
    toClient: collect(client.stdout),
    stderr: collect(client.stderr),
  }
}

export type BridgeRig = ReturnType<typeof bridgeRig>

export function collect(stream: PassThrough) {
  const chunks: Buffer[] = []
  stream.on('data', (chunk) => chunks.push(chunk))
  return { bytes: () => Buffer.concat(chunks), text: () => Buffer.concat(chunks).toString() }
}

/** Lets what was written pass through the streams. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) await setImmediate()
}

export function handTimers(): Timers & { fire(): number[] } {
  const waiting = new Map<number, { callback: () => void; delayMs: number }>()
  let next = 0
  return {
    set: (callback, delayMs) => {
      waiting.set(++next, { callback, delayMs })
      return next
    },
    clear: (handle) => waiting.delete(handle as number),
    fire: () => {
      const due = [...waiting.values()]
      waiting.clear()
      for (const timer of due) timer.callback()
      return due.map((timer) => timer.delayMs)
    },
  }
}

export const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}\n'

export const notice = (level: string, data: unknown) =>
  `${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: { level, logger: 'mcp-run', data } })}\n`
