import type { JournalEntry } from '../../../runtime/model/journal.ts'
import {
  alert,
  closed,
  during,
  flow,
  flowClosed,
  NOON,
  opened,
  request,
  requestEnded,
} from '../store/entries.ts'

const API = 'api.postmarkapp.com'
const AT_API = {
  address: '203.0.113.9',
  port: 443,
  transport: 'tcp',
  name: API,
  nameSource: 'tls_sni',
} as const

export const STOPPED = { declaration: 'undeclared', action: 'denied', reason: 'payload-destination' } as const

export const payloadAlert = (with_: Parameters<typeof alert>[0] = {}): JournalEntry =>
  alert({
    server: 'postmark',
    kind: 'payload_destination',
    severity: 'high',
    reason: 'payload-destination',
    key: 'postmarkapp.com payload /Bcc phan@giftshop.club',
    destination: AT_API,
    evidence: {
      call: { id: '2', tool: 'sendEmail' },
      attribution: 'one',
      method: 'POST',
      host: API,
      path: '/email',
      field: '/Bcc',
      value: 'phan@giftshop.club',
      encoding: ['gzip'],
      provenance: 'none',
    },
    ...with_,
  })

/** A session that sends twelve mails of which one has a recipient too many; what else it does, in the background too. */
export function mailSession(): JournalEntry[] {
  const mail = (n: number) => {
    const id = `mail${n}`
    const verdict = n === 11 ? STOPPED : null
    return [
      request({
        ...{ id, at: NOON + n, scheme: 'https', method: 'POST', host: API, path: '/email' },
        attribution: during('sendEmail'),
      }),
      requestEnded({
        request: id,
        at: NOON + n + 4,
        verdict,
        ...(verdict !== null && { status: null, findings: 1, inspection: 'none' }),
      }),
    ]
  }
  return [
    opened({ server: 'postmark' }),
    flow({ name: API, sni: API, inspection: 'inspected', attribution: during('sendEmail') }),
    ...Array.from({ length: 12 }, (_, n) => mail(n)).flat(),
    ...['a', 'b', 'c', 'd', 'e'].map((tool) => request({ id: tool, attribution: during(tool, 'list') })),
    flow({ id: 's1.2', name: 'stats.test', attribution: during() }),
    flow({ id: 's1.3', name: API, inspection: 'inspected', attribution: during(null) }),
    flowClosed({ flow: 's1.3', inspection: 'partial' }),
    flowClosed({ inspection: 'inspected' }),
    payloadAlert(),
    alert({
      ...{ server: 'postmark', kind: 'background_traffic', severity: 'low', key: 'background' },
      ...{ reason: 'declared', action: 'allowed', destination: AT_API, evidence: { flow: 's1.2' } },
    }),
    closed(),
  ]
}
