import type { FlowRecord } from '../model/flow.ts'
import type { JournalEntry } from '../model/journal.ts'
import type { KnownTraits, ListedAnswer, Trait } from '../model/traits.ts'
import type { Reason } from '../model/verdict.ts'
import { concealing } from './conceal.ts'
import { hostName, hostOfName, hostSegments, placeOf } from './host-shape.ts'
import { RequestTraits } from './request-traits.ts'
import { ShapeTree } from './shape-tree.ts'
import { ToolList } from './tool-list.ts'
import { type SessionFacts, TraitBook } from './trait-book.ts'

export interface FingerprintOptions extends SessionFacts {
  readonly known: KnownTraits
  /** What the server was given by its environment: where it stands in a name or a text, it is left out. */
  readonly given: readonly string[]
}

/** What a version of a server does and says, as its sessions show it, and what of it is new. */
export interface Fingerprint {
  /** The entries, with the traits that they show for the first time in this session and the alerts for new ones. */
  follow(entries: readonly JournalEntry[]): readonly JournalEntry[]
  /** The same for an answer to `tools/list`. */
  listed(answer: ListedAnswer, at: number): readonly JournalEntry[]
}

/** Names below one name that are told apart: top-level ones, those that somebody registered, others. */
const HOST_LIMITS = [64, 128, 16]
/** The server did not mean to reach anything, or it is not known what. */
const NO_HOST: ReadonlySet<Reason> = new Set<Reason>(['callback', 'self', 'malformed'])

export function fingerprint({ known, given, ...session }: FingerprintOptions): Fingerprint {
  const book = new TraitBook(known, session)
  const conceal = concealing(given)
  const requests = new RequestTraits(book, conceal)
  const list = new ToolList(book, conceal)
  const kept = book.known.at('host', '').map(({ name }) => hostOfName(name))
  const hosts = new ShapeTree({ limits: HOST_LIMITS, kept })

  const flow = (record: FlowRecord): readonly JournalEntry[] => {
    if (record.phase !== 'run' || NO_HOST.has(record.reason)) return []
    requests.flow(record)
    const { declaration, action, attribution, startedAt: at, inspection } = record
    const { segments, isNew } = hosts.add(hostSegments(record, record.protocol))
    const trait: Trait = { kind: 'host', place: '', name: hostName(segments), detail: declaration }
    const seen = { destination: destinationOf(record), action, attribution, ids: { flow: record.id } }
    const support = book.known.any(trait)
    return [
      ...book.note({ trait, at, weight: isNew ? 'host' : null, support, seen }),
      ...(inspection === 'uninspected' ? unread(record, at) : []),
    ]
  }
  const unread = (place: Parameters<typeof placeOf>[0], at: number): readonly JournalEntry[] => {
    const trait: Trait = { kind: 'unread', place: '', name: placeOf(place), detail: null }
    return book.note({ trait, at, weight: null, support: book.known.any(trait), seen: null })
  }
  const closed = (entry: Extract<JournalEntry, { kind: 'flow-closed' }>): readonly JournalEntry[] => {
    const destination = requests.destination(entry.flow)
    const { inspection } = entry
    if (destination === null || (inspection !== 'uninspected' && inspection !== 'partial')) return []
    return unread(destination, entry.at)
  }
  const following = (entry: JournalEntry): readonly JournalEntry[] => {
    if (entry.kind === 'flow-opened') return flow(entry.flow)
    if (entry.kind === 'flow-closed') return closed(entry)
    if (entry.kind === 'http-fields') return requests.fields(entry.fields)
    if (entry.kind !== 'http-request' || entry.request.phase !== 'run') return []
    const { reason } = entry.request
    return reason === 'malformed' || reason === 'request-mismatch' ? [] : requests.request(entry.request)
  }
  return {
    follow: (entries) => {
      const more = entries.flatMap(following)
      const isKept = ({ kind }: JournalEntry) => kind !== 'http-fields'
      return more.length === 0 && entries.every(isKept) ? entries : [...entries.filter(isKept), ...more]
    },
    listed: (answer, at) => list.take(answer, at),
  }
}

function destinationOf({ address, port, transport, name, nameSource }: FlowRecord) {
  return { address, port, transport, name, nameSource }
}
