import type Database from 'better-sqlite3'
import type { KnownTraits } from '../../../runtime/model/traits.ts'
import { allKnown, readKnownTraits, type VersionKey } from '../../../runtime/store/read/known-traits.ts'

/** What the sessions until now left, read to its end. */
export function knownOf(
  db: Database.Database,
  own: VersionKey = { label: 'new', integrity: null },
): KnownTraits {
  return allKnown([...readKnownTraits(db, own)].filter((part) => part !== null))
}
