import { expect, test } from 'vitest'
import { isRecipient } from '../../../runtime/payload/name-roles.ts'

const RECIPIENTS = [
  ...['Bcc', 'reply_to', 'rcpt_to', 'X-Rcpt-To', 'Return-Path', 'BounceHookUrl', 'InboundHookUrl'],
  ...['postback_url', 'webhookUrl', 'callback_domain', 'smtp_host'],
]
const OTHERS = [
  ...['From', 'subject', 'facebookUrl', 'bookUrl', 'path', 'return', 'returnPathname', 'smtp', 'host', 'url'],
  ...['photo', 'bucket', 'domain', 'total', 'from_date'],
]

test.each([
  ...RECIPIENTS.map((name) => [name, true] as const),
  ...OTHERS.map((name) => [name, false] as const),
])('%s as the name of a field: a recipient is %s', (name, expected) => {
  expect(isRecipient([name], false)).toBe(expected)
  expect(isRecipient(['config', name, '0'], false)).toBe(expected)
})
