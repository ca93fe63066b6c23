import { compileRules } from './policy/rules.ts'
import { recorderContext } from './recorder/context.ts'
import { type Recorder, startRecorder } from './recorder/recorder.ts'
import type { FromRecorder, StreamMessage, ToRecorder } from './recorder/remote/messages.ts'
import { remoteJournal } from './recorder/remote/remote-journal.ts'
import { remoteWitness } from './recorder/remote/remote-witness.ts'
import type { WitnessAnswer, WitnessQuestion } from './recorder/remote/witness-messages.ts'
import { jsonChannel } from './tap/channel.ts'
import { exitNow } from './tap/libc.ts'
import { listenForTap } from './tap/link.ts'
import type { FromTapRelay, ToTapRelay } from './tap/tap-relay.ts'
import { relayTap } from './tap/tap-relay.ts'

/**
 * The recorder as a container's program, for engines whose kernel is not mcp-run's: it has the uplink and the tap's
 * sockets, and mcp-run, at the other end of its stdio, has the store. It ends with mcp-run.
 */
const SOCKET = process.argv[2] ?? ''

const stdio = jsonChannel(process.stdin, process.stdout)
const channel = stdio.as<ToRecorder, FromRecorder>()
// Node would wait for the thread that waits for datagrams, which nothing ends any more.
void channel.ended.then(() => exitNow(0))
const link = listenForTap(SOCKET)
const sockets = relayTap(link, stdio.as<ToTapRelay, FromTapRelay>())

channel.on('start', async ({ start }) => {
  let recorder: Recorder | null = null
  channel.on('close', async ({ cause }) => {
    await recorder?.close(cause)
    channel.send({ kind: 'closed' })
  })
  const { egress, hostname, upstreamProxy, heard, alertBackground, inspection, ...facts } = start
  const context = recorderContext({
    ...facts,
    rules: compileRules(egress),
    clock: Date.now,
    journal: remoteJournal(channel),
    // mcp-run tells of them: it has committed their rows.
    onAlert: () => undefined,
    // It knows first: it is its store.
    onFailure: () => undefined,
  })
  recorder = startRecorder({
    context,
    sockets: await sockets,
    hostname,
    upstreamProxy,
    alertBackground,
    ...(heard && { witness: remoteWitness(stdio.as<WitnessAnswer, WitnessQuestion>()) }),
    ...(inspection !== null && { inspection }),
    askDrops: link.ask,
    elsewhere: stdio.as<StreamMessage, StreamMessage>(),
    callbacks: { ports: [], hostLoopback: [], tell: () => undefined },
  })
})

process.on('uncaughtException', (error) => {
  channel.send({ kind: 'broken', message: `the recorder failed: ${error.stack ?? error.message}` })
})
