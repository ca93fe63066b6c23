import { REQUESTS_INSIDE } from './schema-requests.ts'
import { TRAITS } from './schema-traits.ts'

/**
 * The tables of one server's file, as steps: step N brings a file from user_version N-1 to N. A step that has
 * been released is never edited; docs/store.md describes the result.
 *
 * Rows of `flows`, `dns` and `http_requests` are numbered from their time (see write/row-numbers.ts), so that a range
 * of time is a range of the primary key and none needs an index that every commit would have to write.
 */
export const MIGRATIONS: readonly string[] = [
  `
CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
INSERT INTO meta (key, value) VALUES ('generation', 0);

CREATE TABLE sessions (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  phase TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  mode TEXT NOT NULL,
  sandbox TEXT NOT NULL,
  profile_digest TEXT NOT NULL,
  not_enforced TEXT NOT NULL,
  package TEXT,
  package_integrity TEXT,
  pid INTEGER NOT NULL,
  pid_start INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  ended_at INTEGER,
  "end" TEXT,
  exit_code INTEGER,
  signal TEXT
) STRICT;

CREATE TABLE flows (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  session INTEGER NOT NULL,
  phase TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  state TEXT NOT NULL,
  cause TEXT,
  address TEXT,
  port INTEGER NOT NULL,
  transport TEXT NOT NULL,
  name TEXT,
  name_source TEXT NOT NULL,
  dialled TEXT,
  protocol TEXT NOT NULL,
  sni TEXT,
  alpn TEXT NOT NULL,
  ech INTEGER NOT NULL,
  http_host TEXT,
  chain TEXT NOT NULL,
  inspection TEXT NOT NULL,
  declaration TEXT NOT NULL,
  action TEXT NOT NULL,
  reason TEXT NOT NULL,
  bytes_sent INTEGER NOT NULL,
  bytes_received INTEGER NOT NULL
) STRICT;

CREATE TABLE dns (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  session INTEGER NOT NULL,
  phase TEXT NOT NULL,
  at INTEGER NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  transport TEXT NOT NULL,
  resolver TEXT NOT NULL,
  declaration TEXT NOT NULL,
  action TEXT NOT NULL,
  reason TEXT NOT NULL,
  rcode TEXT,
  answers TEXT,
  answered_at INTEGER
) STRICT;

CREATE TABLE http_requests (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  flow INTEGER NOT NULL,
  session INTEGER NOT NULL,
  phase TEXT NOT NULL,
  at INTEGER NOT NULL,
  method TEXT NOT NULL,
  host TEXT,
  path TEXT NOT NULL,
  declaration TEXT NOT NULL,
  action TEXT NOT NULL,
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX http_requests_by_flow ON http_requests (flow);

CREATE TABLE drops (
  n INTEGER PRIMARY KEY,
  session INTEGER NOT NULL,
  phase TEXT NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  address TEXT NOT NULL,
  port INTEGER NOT NULL,
  transport TEXT NOT NULL,
  name TEXT NOT NULL,
  name_source TEXT NOT NULL,
  declaration TEXT NOT NULL,
  action TEXT NOT NULL,
  reason TEXT NOT NULL,
  packets INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  UNIQUE (session, address, port, transport, name, declaration, action, reason)
) STRICT;

CREATE TABLE gaps (
  session INTEGER NOT NULL,
  kind TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  PRIMARY KEY (session, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE alerts (
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  severity TEXT NOT NULL,
  phase TEXT NOT NULL,
  address TEXT,
  port INTEGER NOT NULL,
  transport TEXT NOT NULL,
  name TEXT,
  name_source TEXT NOT NULL,
  reason TEXT NOT NULL,
  action TEXT NOT NULL,
  count INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  session TEXT NOT NULL,
  evidence TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE hosts (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  address TEXT NOT NULL,
  domain TEXT,
  ports INTEGER NOT NULL DEFAULT 0,
  UNIQUE (name, address)
) STRICT;
CREATE INDEX hosts_by_domain ON hosts (domain);

CREATE TABLE destinations (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  host INTEGER NOT NULL,
  port INTEGER NOT NULL,
  transport TEXT NOT NULL,
  phase TEXT NOT NULL,
  name_source TEXT NOT NULL,
  protocol TEXT NOT NULL,
  declaration TEXT NOT NULL,
  action TEXT NOT NULL,
  reason TEXT NOT NULL,
  inspection TEXT NOT NULL,
  UNIQUE (host, port, transport, phase, name_source, protocol, declaration, action, reason, inspection)
) STRICT;

CREATE TABLE destination_addresses (
  destination INTEGER NOT NULL,
  address TEXT NOT NULL,
  last_day INTEGER NOT NULL,
  PRIMARY KEY (destination, address)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup (
  destination INTEGER NOT NULL,
  day INTEGER NOT NULL,
  flows INTEGER NOT NULL,
  bytes_sent INTEGER NOT NULL,
  bytes_received INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (destination, day)
) STRICT, WITHOUT ROWID;
`,
  REQUESTS_INSIDE,
  TRAITS,
]
