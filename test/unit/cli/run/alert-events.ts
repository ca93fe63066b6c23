import type { AlertEvent } from '../../../../runtime/model/alert.ts'
import type { Destination } from '../../../../runtime/model/destination.ts'

export function alertEvent(destination: Partial<Destination>, more: Partial<AlertEvent> = {}): AlertEvent {
  return {
    server: 'p',
    session: 's',
    phase: 'run',
    at: 1,
    kind: 'undeclared_destination',
    severity: 'medium',
    key: 'k',
    destination: {
      address: null,
      port: 443,
      transport: 'tcp',
      name: null,
      nameSource: 'none',
      ...destination,
    },
    reason: 'undeclared',
    action: 'denied',
    count: 1,
    evidence: {},
    ...more,
  }
}

const SEND_EMAIL = {
  call: { id: '7', tool: 'sendEmail' },
  attribution: 'one',
  method: 'POST',
  host: 'api.postmarkapp.com',
  path: '/email',
  field: '/Bcc',
  value: 'phan@giftshop.club',
  encoding: [],
  provenance: 'none',
} as const

/** The mail with one recipient more. */
export function payloadEvent(
  evidence: AlertEvent['evidence'] = {},
  more: Partial<AlertEvent> = {},
): AlertEvent {
  return alertEvent(
    { name: 'api.postmarkapp.com', nameSource: 'tls_sni', address: '203.0.113.7' },
    {
      kind: 'payload_destination',
      severity: 'high',
      reason: 'payload-destination',
      evidence: { ...SEND_EMAIL, ...evidence },
      ...more,
    },
  )
}
