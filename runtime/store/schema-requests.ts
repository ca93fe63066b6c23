/**
 * Step 2: what is inside connections, and which calls were open. Columns are added, with defaults, so that a session
 * of the version before that is still running writes on.
 *
 * Old requests were numbered from 1. Their new numbers follow write/row-numbers.ts: of row i in order, the greatest
 * of `at * 1024 - i` up to it, plus i, is at least its time and above the row before it.
 */
export const REQUESTS_INSIDE = `
ALTER TABLE flows ADD COLUMN attribution TEXT;
ALTER TABLE flows ADD COLUMN calls TEXT NOT NULL DEFAULT '[]';

UPDATE http_requests SET n = numbered.new_n FROM (
  SELECT n AS old_n, place + max(at * 1024 - place) OVER (ORDER BY n) AS new_n
    FROM (SELECT n, at, row_number() OVER (ORDER BY n) AS place FROM http_requests)
) AS numbered WHERE http_requests.n = numbered.old_n;
ALTER TABLE http_requests ADD COLUMN ended_at INTEGER;
ALTER TABLE http_requests ADD COLUMN scheme TEXT NOT NULL DEFAULT 'http';
ALTER TABLE http_requests ADD COLUMN attribution TEXT;
ALTER TABLE http_requests ADD COLUMN calls TEXT NOT NULL DEFAULT '[]';
ALTER TABLE http_requests ADD COLUMN status INTEGER;
ALTER TABLE http_requests ADD COLUMN bytes_sent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE http_requests ADD COLUMN bytes_received INTEGER NOT NULL DEFAULT 0;
ALTER TABLE http_requests ADD COLUMN inspection TEXT NOT NULL DEFAULT 'uninspected';
ALTER TABLE http_requests ADD COLUMN unread TEXT;
ALTER TABLE http_requests ADD COLUMN findings INTEGER NOT NULL DEFAULT 0;
UPDATE http_requests SET inspection = 'none' WHERE action = 'denied';
UPDATE http_requests SET unread = 'only its head was read' WHERE action = 'allowed';

CREATE TABLE tools (
  destination INTEGER NOT NULL,
  method TEXT NOT NULL,
  tool TEXT NOT NULL,
  day INTEGER NOT NULL,
  flows INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  denied INTEGER NOT NULL,
  ambiguous_flows INTEGER NOT NULL,
  ambiguous_requests INTEGER NOT NULL,
  PRIMARY KEY (destination, method, tool, day)
) STRICT, WITHOUT ROWID;
`
