import { startBridge } from '../../runtime/mcp/bridge.ts'
import type { Bridge } from '../../runtime/mcp/bridge-types.ts'
import type { ReadOnlyGate } from '../../runtime/mcp/read-only-gate.ts'
import { stopServer } from '../../runtime/mcp/shutdown.ts'
import { McpRunError } from '../../runtime/model/errors.ts'
import type { ServerExit } from '../../runtime/sandbox/backend.ts'
import { numberOf } from '../../runtime/sandbox/linux-signals.ts'
import type { Session } from '../../runtime/session.ts'
import type { AskedUrls } from './asked-urls.ts'
import { say } from './say.ts'
import { tellUrls } from './tell-urls.ts'

/** By which findings reach the client. */
export type Told = Pick<Bridge, 'notify' | 'annotate'>

/** Clients give mcp-run twice two seconds: all of its own steps fit in between. */
const GRACE_MS = 1500

/** Carries the conversation; ends the server as the MCP specification says when the client or a signal asks. */
export async function converse(
  session: Session,
  {
    asked,
    onBridge,
    onAnswer,
    news,
    gate,
  }: {
    asked: AskedUrls
    /** Takes the one that tells the client of findings. */
    onBridge: (bridge: Told) => void
    /** Called at the server's first line; null: nobody waits for it. */
    onAnswer: (() => void) | null
    /** What the client is told as soon as it may be: many hide stderr. */
    news: readonly string[]
    /** Of a read-only session; null: every call passes. */
    gate: ReadOnlyGate | null
  },
): Promise<number> {
  const { server, record, conversation } = session
  let answered = false
  const bridge = startBridge({
    client: { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
    server,
    serverName: record.server,
    calls: conversation.calls,
    ...(gate !== null && { gate }),
    onListed: session.listed,
    ...(conversation.overhear !== null && { overhear: conversation.overhear }),
    ...(onAnswer !== null && {
      onLine: (direction) => {
        if (direction === 'to-server' || answered) return
        answered = true
        onAnswer()
      },
    }),
  })
  onBridge(bridge)
  for (const one of news) bridge.notify('warning', { message: `mcp-run: ${one}` })
  const lastUrls = tellUrls(asked, {
    say,
    notify: (url) => {
      bridge.notify('warning', { message: `mcp-run: the server asks you to open: ${url}`, url })
    },
  })
  let _stopping: Promise<unknown> | null = null
  const stop = (stdinEnded: boolean): void => {
    _stopping ??= stopServer({ server, stdinEnded, graceMs: GRACE_MS })
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => stop(server.stdin.writableEnded))
  void bridge.clientClosed.then(() => stop(true))
  let tooLong: McpRunError | null = null
  const done = bridge.done.then((outcome) => {
    if (outcome.reason === 'server-ended') return
    if (outcome.reason === 'line-too-long') {
      const from = outcome.direction === 'to-client' ? 'the server' : 'the client'
      tooLong = new McpRunError(
        'line-too-long',
        `${from} sent a line of more than ${outcome.maxLineBytes} bytes: the session was ended`,
      )
    }
    stop(outcome.reason === 'client-gone')
  })
  const exit = await session.ended.finally(lastUrls)
  await done
  if (tooLong !== null) throw tooLong
  return exitCode(exit)
}

/** As a shell gives it: a signal's number above 128. */
function exitCode({ code, signal }: ServerExit): number {
  return code ?? 128 + (signal === null ? 0 : numberOf(signal))
}
