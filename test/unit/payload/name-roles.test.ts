import { expect, test } from 'vitest'
import { isRecipient } from '../../../runtime/payload/name-roles.ts'

const RECIPIENTS = [
  ...['Bcc', 'reply_to', 'rcpt_to', 'X-Rcpt-To', 'Return-Path', 'BounceHookUrl', 'InboundHookUrl'],
  ...[
    'postback_url',
    'webhookUrl',
    'callback_domain',
    'smtp_host',
    'mail_server',
    'log_drain_url',
    'results_url',
  ],
  ...['h:Reply-To', 'autoForwardTo', 'RESPOND_TO', 'redirect_to_email', 'FeedbackForwardingEmailAddress'],
  ...['blind_copy', 'hiddenCopy', 'receipt_email', 'bounce_address', 'statusCallback', 'Mail-Followup-To'],
]
const OTHERS = [
  ...['From', 'subject', 'facebookUrl', 'bookUrl', 'path', 'return', 'returnPathname', 'smtp', 'host', 'url'],
  ...['related_to', 'link_to', 'howTo', 'valid_to', 'copy', 'user_email', 'contact_email', 'event_url'],
  ...['photo', 'bucket', 'domain', 'total', 'from_date'],
]

test.each([
  ...RECIPIENTS.map((name) => [name, true] as const),
  ...OTHERS.map((name) => [name, false] as const),
])('%s as the name of a field: a recipient is %s', (name, expected) => {
  expect(isRecipient([name], false)).toBe(expected)
  expect(isRecipient(['config', name, '0'], false)).toBe(expected)
})
