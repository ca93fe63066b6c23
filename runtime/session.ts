import { randomBytes } from 'node:crypto'
import { type Conversation, startConversation } from './conversation.ts'
import { type Failure, failureOnce } from './failure.ts'
import { holdJournal } from './held-journal.ts'
import { type Learning, startLearning, versionOf } from './learning.ts'
import type { AlertEvent } from './model/alert.ts'
import type { Journal, JournalEntry } from './model/journal.ts'
import type { LoadedProfile } from './model/profile.ts'
import type { Phase, SessionEnd, SessionRecord } from './model/session.ts'
import type { ListedAnswer } from './model/traits.ts'
import { hostAndPort, type UpstreamProxy } from './model/upstream-proxy.ts'
import type { Mode } from './model/verdict.ts'
import { compileRules } from './policy/rules.ts'
import { recorderContext } from './recorder/context.ts'
import type { InspectionOptions } from './recorder/inspect/inspection.ts'
import type { Recorder } from './recorder/recorder.ts'
import { startRemoteRecorder } from './recorder/remote/remote-recorder.ts'
import type { LaunchSpec, OpenSandbox, RunningServer, SandboxBackend, ServerExit } from './sandbox/backend.ts'
import { SANDBOX_HOST } from './sandbox/root-filesystem.ts'
import { openJournal, type StoreThread } from './store/open-journal.ts'
import { processIdentity } from './store/process-alive.ts'

export interface SessionOptions {
  /** Whose history this is. */
  readonly server: string
  readonly phase: Phase
  readonly mode: Mode
  /** What is declared, and the digest of all that it was made of. */
  readonly declared: Pick<LoadedProfile, 'digest'> & {
    readonly egress: LoadedProfile['profile']['egress']
    readonly limits: LoadedProfile['profile']['limits']
    readonly callbackPorts: LoadedProfile['profile']['callbackPorts']
    readonly sinks: LoadedProfile['profile']['sinks']
    readonly knownValues: LoadedProfile['profile']['knownValues']
    readonly alertBackground: boolean
  }
  readonly package: { readonly label: string; readonly integrity: string | null } | null
  readonly backend: SandboxBackend
  /** Opened by the caller, who may have had something to read meanwhile. */
  readonly sandbox: OpenSandbox
  readonly store: string
  readonly workerPath: string
  /** Started ahead by the caller, who had other things to do meanwhile. */
  readonly storeThread?: StoreThread
  readonly launch: Omit<LaunchSpec, 'hostLoopbackPorts'>
  /** The profile was given as this file, which a denial's advice names; null: it goes by its name. */
  readonly profileFile: string | null
  /** Where the host has no other way out; null: everything is dialled directly. */
  readonly upstreamProxy: UpstreamProxy | null
  /** Whether what is to be run may be. A rejection is the start's own. */
  readonly soundness?: Soundness
  /** Null: no requests are read. */
  readonly reading: Omit<InspectionOptions, 'sinks'> | null
  readonly onAlert: (alert: AlertEvent) => void
  /** Takes what a person should know while the server runs, in sentences. */
  readonly tell: (sentence: string) => void
  readonly mark?: (span: string) => void
}

export interface Soundness {
  /** Awaited before the launch. */
  readonly before: Promise<void>
  /** The rest, asked for when the server is launched: until it resolves nothing leaves, and no message passes. */
  after(): Promise<void>
}

/** A server that runs in its sandbox under the recorder. */
export interface Session {
  readonly record: SessionRecord
  readonly server: RunningServer
  /** For the bridge that carries the conversation: what it is to follow, and what is to hear it. */
  readonly conversation: Conversation
  /** Keeps a finding that is not the recorder's own; its caller tells of it. */
  readonly keep: (alert: AlertEvent) => void
  /** For the tools that the server lists. */
  readonly listed: (answer: ListedAnswer) => void
  /** Settles when the server has ended and all that it did is in the store. Rejects with `store-failed` or `recorder-failed`. */
  readonly ended: Promise<ServerExit>
}

/**
 * Starts a server: capture first, then its process, and its row meanwhile: until that is committed nothing of the server's
 * leaves, and no message passes. Rejects with the reason and leaves nothing behind.
 */
export async function startSession(options: SessionOptions): Promise<Session> {
  const { sandbox, store, server: name, mark = () => undefined } = options
  let begun: SessionRecord | null = null
  const rules = compileRules(options.declared.egress)
  const hostLoopbackPorts = [...new Set(rules.loopback.flatMap((rule) => rule.ports))]
  const launch = { ...options.launch, hostLoopbackPorts }
  const { soundness = null } = options
  // It may come first, and is then met below.
  soundness?.before.catch(() => undefined)
  const opened = openJournal({
    store,
    server: name,
    workerPath: options.workerPath,
    ...(options.storeThread && { thread: options.storeThread }),
    ...(options.phase === 'run' && { version: versionOf(options.package) }),
  })
  opened.then(
    () => mark('journal'),
    () => undefined,
  )
  try {
    sandbox.prepare(launch, options.declared.limits)
    const conversing = startConversation(options)
    conversing.catch(() => undefined)
    const capture = await sandbox.capture
    mark('capture')
    const record = sessionRecord(options, [
      ...(await sandbox.limit(options.declared.limits)),
      ...(options.upstreamProxy === null ? [] : [notJudged(options.upstreamProxy)]),
    ])
    begun = record
    const row = opened.then(async (journal) => {
      await journal.write({ kind: 'session-opened', session: record })
      mark('session row')
      return journal
    })
    row.catch(() => undefined)
    const failure = failureOnce()
    const held = holdJournal()
    const { phase, mode, profileFile } = options
    const given = Object.values(launch.env)
    const learning =
      phase === 'run'
        ? startLearning({
            record,
            given,
            known: opened.then(({ known }) => known),
            onFailure: failure.report,
          })
        : null
    const facts = { server: name, session: record.id, phase, mode, profileFile }
    const context = {
      ...facts,
      rules,
      clock: Date.now,
      journal: held,
      ...(learning !== null && { follow: learning.follow }),
      onAlert: options.onAlert,
      onFailure: failure.report,
    }
    const recording = recorderContext(context)
    const { upstreamProxy, reading } = options
    const { sinks, alertBackground } = options.declared
    const conversation = await conversing
    const inspection = reading && { ...reading, sinks }
    const callbacks = {
      ports: options.declared.callbackPorts,
      hostLoopback: hostLoopbackPorts,
      tell: options.tell,
    }
    const recorder =
      capture.kind === 'sockets'
        ? (await import('./recorder/recorder.ts')).startRecorder({
            ...capture,
            context: recording,
            hostname: SANDBOX_HOST,
            upstreamProxy,
            callbacks,
            alertBackground,
            ...(phase === 'run' && { witness: conversation.witness }),
            ...(inspection !== null && { inspection }),
          })
        : startRemoteRecorder({
            channel: capture.channel,
            context,
            start: {
              ...facts,
              egress: options.declared.egress,
              hostname: SANDBOX_HOST,
              upstreamProxy,
              alertBackground,
              inspection,
            },
            ...(phase === 'run' && { witness: conversation.witness }),
            callbacks,
          })
    await soundness?.before
    const server = await sandbox.launch(launch)
    mark('launched')
    failure.onReport(() => sandbox.destroy())
    const ending = { begun: false }
    const recorded = Promise.all([row, soundness?.after()])
    const parts = { server, recorder, opened, recorded, record, failure, conversation, learning, ending }
    const ended = finish(parts).finally(sandbox.destroy)
    await recorded.catch(async (error: unknown) => {
      begun = null
      failure.report(error)
      held.refuse(error)
      await ended.catch(() => undefined)
      throw error
    })
    held.release(await row)
    mark('looked over')
    // A store that fails says so at whatever is written next.
    const keep = (alert: AlertEvent): void => void held.write({ kind: 'alert', alert }).catch(() => undefined)
    const listed: Session['listed'] = (answer) => {
      if (!ending.begun) learning?.listed(answer, recording.record)
    }
    return { record, server, conversation, keep, listed, ended }
  } catch (error) {
    sandbox.destroy()
    const record = begun
    const closed = opened.then(async (journal) => {
      if (record !== null) await journal.write(neverRan(record)).catch(() => undefined)
      await journal.close()
    })
    closed.catch(() => undefined)
    // A store that somebody has locked is not waited for where this session has nothing in it.
    if (record !== null) await closed.catch(() => undefined)
    throw error
  }
}

function neverRan({ id }: SessionRecord): JournalEntry {
  return { kind: 'session-closed', session: id, at: Date.now(), end: 'failed', exitCode: null, signal: null }
}

async function finish(parts: {
  server: RunningServer
  recorder: Recorder
  /** The journal, once it is open. */
  opened: Promise<Journal>
  /** Rejects where the server was not to be run. */
  recorded: Promise<unknown>
  record: SessionRecord
  failure: Failure
  conversation: Conversation
  learning: Learning | null
  /** Begun: nothing more is recorded. */
  ending: { begun: boolean }
}): Promise<ServerExit> {
  const { server, recorder, opened, recorded, record, failure, conversation, learning, ending } = parts
  const exit = await server.exited
  await recorded.catch(failure.report)
  if (exit.failure !== null) failure.report(exit.failure)
  await recorder.close('session ended').catch(failure.report)
  ending.begun = true
  await learning?.settled()
  const end: SessionEnd = failure.error !== null ? 'failed' : exit.signal === null ? 'exited' : 'signalled'
  const closing: JournalEntry = {
    ...{ kind: 'session-closed', session: record.id, at: Date.now(), end },
    ...{ exitCode: exit.code, signal: exit.signal },
  }
  await opened
    .then(async (journal) => {
      await journal.write(...forgottenValues(conversation, record), closing).catch(failure.report)
      await journal.close()
    })
    .catch(failure.report)
  if (failure.error !== null) throw failure.error
  return exit
}

function forgottenValues({ forgotten }: Conversation, { id: session }: SessionRecord): JournalEntry[] {
  const count = forgotten()
  return count === 0
    ? []
    : [{ kind: 'gap', gap: { session, at: Date.now(), kind: 'forgotten-values', count } }]
}

function notJudged(proxy: UpstreamProxy): string {
  return `names are resolved by the proxy ${hostAndPort(proxy)}: address classes are not judged for them`
}

function sessionRecord(options: SessionOptions, notEnforced: readonly string[]): SessionRecord {
  const startedAt = Date.now()
  return {
    id: `${startedAt.toString(36)}${randomBytes(5).toString('hex')}`,
    server: options.server,
    phase: options.phase,
    startedAt,
    mode: options.mode,
    sandbox: options.backend.name,
    profileDigest: options.declared.digest,
    notEnforced,
    package: options.package?.label ?? null,
    packageIntegrity: options.package?.integrity ?? null,
    ...processIdentity(),
  }
}
