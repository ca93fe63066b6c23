import { Annotations } from './annotations.ts'
import type { Bridge, BridgeOptions, BridgeOutcome } from './bridge-types.ts'
import { ClientState } from './client-state.ts'
import { deferred } from './deferred.ts'
import { flushed } from './flushed.ts'
import { type Direction, LineLook } from './line-look.ts'
import { ListedTools } from './listed-tools.ts'
import { MessageScan } from './message-scan.ts'
import { Notifier } from './notifier.ts'
import { Pump } from './pump.ts'
import { Speaker } from './speaker.ts'
import { relayStderr } from './stderr-relay.ts'
import { settledWithin, systemTimers } from './timers.ts'

export const MAX_LINE_BYTES = 64 * 1024 * 1024
/** How long the server's last words on stderr are waited for once its stdout has ended. */
const LAST_WORDS_MS = 500

/** Joins a client's stdio and a server's, byte for byte, until one of them is gone. */
export function startBridge(options: BridgeOptions): Bridge {
  const {
    client,
    server,
    serverName,
    onLine: observer,
    calls,
    overhear,
    gate,
    onListed,
    timers = systemTimers,
  } = options
  const tools = onListed && new ListedTools(onListed)
  const maxLineBytes = options.maxLineBytes ?? MAX_LINE_BYTES
  const done = deferred<BridgeOutcome>()
  const clientClosed = deferred<void>()
  const speaker = new Speaker(client.stderr)
  const state = new ClientState()
  const annotations = calls && new Annotations(calls)
  const warn = (text: string) => speaker.say(text)
  const requests = new LineLook({ direction: 'to-server', observer, warn })
  const answers = new LineLook({
    ...{ direction: 'to-client', observer, warn },
    ...(gate !== undefined && { fate: 'not passed on' }),
  })

  const closeServerInput = () => {
    server.stdin.end()
    clientClosed.resolve()
  }
  const tooLong = (direction: Direction) => {
    const who = direction === 'to-server' ? 'the client sent' : 'the server wrote'
    const what = `${who} a line of more than ${sizeText(maxLineBytes)}; the session is ended`
    speaker.say(what)
    notifier.send('error', { event: 'line-too-long', message: what })
    notifier.close()
    toServer.stop()
    toClient.stop()
    server.stdin.destroy()
    server.stdout.destroy()
    done.resolve({ reason: 'line-too-long', direction, maxLineBytes })
  }
  const clientGone = () => {
    notifier.close()
    toServer.stop()
    closeServerInput()
    done.resolve({ reason: 'client-gone' })
  }
  const serverEnded = async () => {
    answers.end()
    toServer.stop()
    server.stdin.end()
    const isDelivered = await flushed(client.stdout)
    if (!isDelivered) return clientGone()
    notifier.flush()
    await flushed(client.stdout)
    await settledWithin(
      stderrEnded.then(() => flushed(client.stderr)),
      LAST_WORDS_MS,
      timers,
    )
    done.resolve({ reason: 'server-ended' })
  }

  const toServer = new Pump({
    source: client.stdin,
    destination: server.stdin,
    maxLineBytes,
    // What was refused, the server was never asked.
    look: (_, written) => {
      requests.push(written)
      overhear?.fromClient(written)
    },
    wantsLines: () => gate !== undefined,
    rewrite: (line) => {
      const admitted = gate?.fromClient(line)
      // Whole lines alone come from the server then: this one stands between two of them.
      if (admitted?.answer != null && client.stdout.writable) client.stdout.write(admitted.answer)
      return admitted?.toServer ?? line
    },
    onEnd: () => {
      requests.end()
      closeServerInput()
    },
    onTooLong: () => tooLong('to-server'),
    // The server reads no more; what it still writes is of use.
    onGone: () => {},
  })
  const toClient = new Pump({
    source: server.stdout,
    destination: client.stdout,
    maxLineBytes,
    look: (bytes) => {
      answers.push(bytes)
      overhear?.fromServer(bytes)
      tools?.fromServer(bytes)
    },
    wantsLines: () => gate !== undefined || annotations?.isWaiting === true,
    rewrite: (line) => {
      const passed = gate?.fromServer(line) ?? line
      return annotations?.apply(passed) ?? passed
    },
    wantsLineEnd: () => notifier.isWaiting,
    atLineEnd: () => notifier.flush(),
    onEnd: serverEnded,
    onTooLong: () => tooLong('to-client'),
    onGone: clientGone,
  })
  const notifier = new Notifier(state, {
    ready: () => toClient.isBetweenLines,
    write: (line) => {
      client.stdout.write(line)
      // It names what the server did, as the server named it.
      overhear?.fromServer(line)
    },
  })
  const stderrEnded = relayStderr({ source: server.stderr, speaker, serverName, timers })

  const answerScan = new MessageScan((facts) => {
    state.fromServer(facts)
    calls?.fromServer(facts)
  })
  let followsAnswers = calls !== undefined
  if (followsAnswers) answers.follow(answerScan)
  const scan = new MessageScan((facts) => {
    state.fromClient(facts)
    tools?.fromClient(facts)
    calls?.fromClient(facts)
    if (state.followsAnswers && !followsAnswers) {
      followsAnswers = true
      if (!toClient.atLineStart) answerScan.skipLine()
      answers.follow(answerScan)
    }
    notifier.flush()
  })
  requests.follow(scan)

  return {
    notify: (level, data) => notifier.send(level, data),
    annotate: (callId, text) => annotations?.add(callId, text) === true,
    say: (text) => speaker.say(text),
    done: done.promise,
    clientClosed: clientClosed.promise,
  }
}

function sizeText(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024
  return Number.isInteger(mebibytes) ? `${mebibytes} MiB` : `${bytes} bytes`
}
