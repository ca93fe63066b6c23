import Database from 'better-sqlite3'
import { MIGRATIONS } from '../../../runtime/store/schema.ts'
import { createServerFile, serverFile } from '../../../runtime/store/store-folder.ts'
import { NOON } from './entries.ts'
import { temporaryStore } from './temporary-store.ts'

/** What the version before requests were read wrote for one of them. */
export const OLD_REQUEST = `INSERT INTO http_requests (id, flow, session, phase, at, method, host, path, declaration,
  action, reason) VALUES (?, ?, 1, 'run', ?, 'GET', 'api.exa.ai', '/search?q=', ?, ?, ?)`

export const DECLARED = ['declared', 'allowed', 'declared'] as const
export const UNDECLARED = ['undeclared', 'denied', 'undeclared'] as const

const FLOW = NOON * 1024

/**
 * A history of format 1, by its own SQL: one ended session with a flow of plain HTTP and its four requests, of which
 * two share a millisecond and one is earlier than the row before it.
 */
export function versionOne(server = 'exa'): { store: string; file: string } {
  const store = temporaryStore()
  const file = serverFile(store, server)
  createServerFile(file)
  const db = new Database(file)
  db.pragma('page_size = 2048')
  db.pragma('auto_vacuum = INCREMENTAL')
  db.pragma('journal_mode = WAL')
  db.exec(MIGRATIONS[0] ?? '')
  db.pragma('user_version = 1')
  db.prepare(`INSERT INTO meta (key, value) VALUES ('server', ?)`).run(server)
  db.prepare(
    `INSERT INTO sessions (id, phase, started_at, mode, sandbox, profile_digest, not_enforced, pid, pid_start, boot_id,
       ended_at, "end", exit_code) VALUES ('s1', 'run', ?, 'enforce', 'native', ?, '[]', 1, 1, 'boot', ?, 'exited', 0)`,
  ).run(NOON, `sha256:${'ab'.repeat(32)}`, NOON + 1000)
  db.prepare(
    `INSERT INTO flows VALUES (?, 's1.1', 1, 'run', ?, ?, 'closed', 'server closed', '203.0.113.7', 80, 'tcp',
       'api.exa.ai', 'http_host', NULL, 'http', NULL, '[]', 0, 'api.exa.ai', '[]', 'uninspected', 'declared',
       'allowed', 'declared', 10, 20)`,
  ).run(FLOW, NOON, NOON + 500)
  const insert = db.prepare(OLD_REQUEST)
  insert.run('r1', FLOW, NOON, ...DECLARED)
  insert.run('r2', FLOW, NOON, ...UNDECLARED)
  insert.run('r3', FLOW, NOON + 200, ...DECLARED)
  insert.run('r4', FLOW, NOON + 100, ...DECLARED)
  db.exec(`
    INSERT INTO hosts (name, address, domain, ports) VALUES ('api.exa.ai', '', NULL, 1);
    INSERT INTO destinations (host, port, transport, phase, name_source, protocol, declaration, action, reason,
      inspection) VALUES (1, 80, 'tcp', 'run', 'http_host', 'http', 'declared', 'allowed', 'declared', 'uninspected');
    INSERT INTO destination_addresses VALUES (1, '203.0.113.7', ${Math.floor(NOON / 86_400_000)});
    INSERT INTO rollup VALUES (1, ${Math.floor(NOON / 86_400_000)}, 1, 10, 20, ${NOON}, ${NOON + 500});
  `)
  db.close()
  return { store, file }
}
