import { fingerprint } from './fingerprint/fingerprint.ts'
import type { JournalEntry } from './model/journal.ts'
import type { SessionRecord } from './model/session.ts'
import { type KnownTraits, type ListedAnswer, UNVERSIONED } from './model/traits.ts'
import { inBackground, type RecorderContext } from './recorder/context.ts'
import type { VersionKey } from './store/read/known-traits.ts'

/** A session's look at what is new in it. */
export interface Learning {
  /** The recorder's entries with what is new in them. */
  follow(entries: readonly JournalEntry[]): Promise<readonly JournalEntry[]>
  /** Records what is new in a list of tools. */
  listed(answer: ListedAnswer, record: RecorderContext['record']): void
  /** Resolves when all that came before is with the journal. */
  settled(): Promise<void>
}

export interface LearningOptions {
  readonly record: SessionRecord
  /** What the server was given by its environment. */
  readonly given: readonly string[]
  /** Still being read: what comes meanwhile waits for it, in its order, and so does all that it describes. */
  readonly known: Promise<KnownTraits>
  readonly onFailure: (error: unknown) => void
}

export function startLearning({ record: session, given, known, onFailure }: LearningOptions): Learning {
  const { id, server, package: label } = session
  const learnt = known.then((earlier) =>
    fingerprint({ server, session: id, package: label, known: earlier, given }),
  )
  learnt.catch(onFailure)
  let listing: Promise<void> = Promise.resolve()
  return {
    // What waits for one promise goes on in the order in which it began to wait.
    follow: (entries) => learnt.then((print) => print.follow(entries)),
    listed: (answer, record) => {
      const at = Date.now()
      listing = listing.then(async () => {
        const entries = (await learnt).listed(answer, at)
        if (entries.length > 0) await record(...entries)
      })
      inBackground(listing)
    },
    settled: () => learnt.then(() => listing).catch(() => undefined),
  }
}

export function versionOf(
  of: { readonly label: string; readonly integrity: string | null } | null,
): VersionKey {
  return { label: of?.label ?? UNVERSIONED, integrity: of?.integrity ?? null }
}
