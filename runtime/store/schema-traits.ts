/**
 * Step 3: what each version of a server does and says, by its shape. A trait's row is shared by all versions that have
 * it; a version's says when it had it first and last, and in how many sessions.
 */
export const TRAITS = `
CREATE TABLE versions (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  label TEXT NOT NULL,
  integrity TEXT NOT NULL,
  sessions INTEGER NOT NULL,
  first_session TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  UNIQUE (label, integrity)
) STRICT;

CREATE TABLE traits (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  place TEXT NOT NULL,
  name TEXT NOT NULL,
  detail TEXT,
  UNIQUE (kind, place, name)
) STRICT;

CREATE TABLE version_traits (
  version INTEGER NOT NULL,
  trait INTEGER NOT NULL,
  sessions INTEGER NOT NULL,
  first_session TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (version, trait)
) STRICT, WITHOUT ROWID;
`
