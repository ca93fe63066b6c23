import { type Fingerprint, fingerprint } from '../../../runtime/fingerprint/fingerprint.ts'
import type { AlertEvent } from '../../../runtime/model/alert.ts'
import type { JournalEntry } from '../../../runtime/model/journal.ts'
import { type ListedTool, UNVERSIONED } from '../../../runtime/model/traits.ts'
import { closed, flow, type flowRecord, NOON, opened, request } from '../store/entries.ts'
import { knownOf } from '../store/known.ts'
import { openServer } from '../store/temporary-store.ts'

/** What a session does, as the recorder tells of it; each gives the alerts that it brings. */
export interface Doing {
  reach(name: string, more?: Parameters<typeof flowRecord>[0]): readonly AlertEvent[]
  /** A request on a connection of its own. */
  send(method: string, path: string, names?: readonly string[], name?: string): readonly AlertEvent[]
  list(tools: readonly ListedTool[], last?: boolean): readonly AlertEvent[]
  tell(...entries: readonly JournalEntry[]): readonly AlertEvent[]
}

export interface Version {
  readonly package?: string | null
  readonly integrity?: string
  readonly given?: readonly string[]
}

export const HOST = 'api.exa.ai'

/** Sessions of one server one after the other, each with what the store kept of those before. */
export function sessions() {
  const { db, commit } = openServer()
  let count = 0
  return {
    db,
    session: (version: Version, act: (doing: Doing) => void): readonly AlertEvent[] => {
      const id = `s${++count}`
      const at = NOON + count * 60_000
      const label = version.package === undefined ? 'exa@1.0.0' : version.package
      const { integrity = null, given = [] } = version
      const facts = { server: 'exa', session: id, package: label }
      const known = knownOf(db, { label: label ?? UNVERSIONED, integrity })
      const print: Fingerprint = fingerprint({ ...facts, known, given })
      commit(opened({ id, startedAt: at, package: label, packageIntegrity: integrity }))
      const all: AlertEvent[] = []
      const written = (entries: readonly JournalEntry[]): readonly AlertEvent[] => {
        commit(...entries)
        const alerts = entries.flatMap((entry) => (entry.kind === 'alert' ? [entry.alert] : []))
        all.push(...alerts)
        return alerts
      }
      let flows = 0
      const tell = (...entries: readonly JournalEntry[]) => written(print.follow(entries))
      const reach: Doing['reach'] = (name, more = {}) =>
        tell(
          flow({
            id: `${id}.${++flows}`,
            session: id,
            startedAt: at,
            name,
            inspection: 'inspected',
            ...more,
          }),
        )
      act({
        tell,
        reach,
        send: (method, path, names = [], name = HOST) => {
          const reached = reach(name)
          const made = { id: `${id}.r${flows}`, flow: `${id}.${flows}`, session: id, at, method, path }
          const entry = request(made) as Extract<JournalEntry, { kind: 'http-request' }>
          const fields = { request: entry.request, at, action: 'allowed', names, more: false } as const
          const asked = tell(entry)
          return [...reached, ...asked, ...(names.length === 0 ? [] : tell({ kind: 'http-fields', fields }))]
        },
        list: (tools, last = true) => written(print.listed({ tools, last, more: false }, at)),
      })
      commit(closed(id, at + 1000))
      return all
    },
  }
}

/** `high field /Bcc version`, a line an alert. */
export function lines(alerts: readonly AlertEvent[]): string[] {
  return alerts.map(({ severity, evidence }) => {
    const { trait, name, place, basis } = evidence
    const what = String(trait).startsWith('tool-') ? place : name
    return [severity, trait, what, basis].filter((part) => part !== undefined).join(' ')
  })
}
