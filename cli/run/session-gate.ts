import { shownId } from '../../runtime/mcp/call-tracker.ts'
import type { ReadOnlyGate } from '../../runtime/mcp/read-only-gate.ts'
import { escapeText } from '../../runtime/model/text.ts'
import { alertForRefusedCall } from '../../runtime/policy/request-alerts.ts'
import type { Session } from '../../runtime/session.ts'
import type { Told } from './converse.ts'
import { say } from './say.ts'

/** Calls, and numbers of tools, that stderr tells of one by one; the store has every call. */
const MAX_SAID = 20

/** The gate of a read-only session: what it refuses is kept, and said. */
export async function sessionGate(
  { record, keep }: Pick<Session, 'record' | 'keep'>,
  bridge: () => Pick<Told, 'notify'> | null,
): Promise<ReadOnlyGate> {
  const { createReadOnlyGate } = await import('../../runtime/mcp/read-only-gate.ts')
  const refused = new Set<string | null>()
  const unclear = new Set<string>()
  const hiddenSaid = new Set<string>()
  return createReadOnlyGate({
    onRefused: ({ id, tool }) => {
      keep(alertForRefusedCall(record, { id: id === null ? null : shownId(id), tool, at: Date.now() }))
      if (refused.has(tool) || refused.size >= MAX_SAID) return
      refused.add(tool)
      say(`read-only: a call of ${tool === null ? 'no tool' : escapeText(tool, 64)} was refused`)
    },
    onHidden: ({ hidden, listed }) => {
      const message = `read-only: ${hidden} of ${listed} tools are hidden, since they do not say that they only read`
      if (hidden === 0 || hiddenSaid.has(message) || hiddenSaid.size >= MAX_SAID) return
      hiddenSaid.add(message)
      say(message)
      bridge()?.notify('info', { message: `mcp-run: ${message}` })
    },
    onUnclear: (from) => {
      if (unclear.has(from)) return
      unclear.add(from)
      say(
        `read-only: a line of the ${from}'s can be read in more than one way, and was not passed on; said once`,
      )
    },
  })
}
