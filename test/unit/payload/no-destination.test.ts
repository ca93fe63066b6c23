import { expect, test } from 'vitest'
import { foundIn } from './found-in.ts'

/** What stands in code, documents and identifiers and is no destination of theirs. */
test.each([
  'logo@2x.png and icon@2x.ai',
  'left-pad@1.3.0',
  '@scope/name@1.2.3, name@^2.0.0',
  'git@github.com:owner/repo.git',
  'git@github.com',
  'deploy@build.example.net:~/app/current',
  'uses: actions/checkout@v4.1.1',
  'uses: owner/action@feature.dev',
  '@user@mastodon.social',
  '@app.route("/x") and @pytest.mark.skip',
  'https://json-schema.org/draft-07/schema#',
  'https://schema.org/Person http://www.w3.org/2001/XMLSchema-instance',
  '<svg xmlns="http://ns.evil.test/svg" xmlns:x=\'http://ns.evil.test/x\'>',
  'https://www.googleapis.com/auth/drive.file https://graph.microsoft.com/.default',
  'http://localhost:3000/x http://127.0.0.1:8080/ http://[::1]/',
  'https://example.com/x and example.org',
  `https://\${host}/x https://{domain}/y https://<your-host>/z https://%s/a`,
  '2025-01-02T03:04:05.678Z 10:30:00.000',
  '123e4567-e89b-12d3-a456-426614174000',
  '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'sha512-+dQIcoNo0SvQXOWPDrjzQJTxcbbcwRwiTHIq8OxECDMCF1NQTlUlUQ==',
  'v1.2.3 10.0.0.1 1.2.3-beta.4',
  'index.js README.md main.rs setup.py script.sh Makefile.am page.html archive.zip',
  'com.example.App org.apache.commons.lang os.path java.net this.name user.email',
  'System.Net ASP.NET navigator.onLine Math.max Socket.IO',
  'array.map(x) console.info("x") db.users.find() window.top.location',
  'end.Next sentence. And e.g. this, i.e. that',
  'const a = b.c; foo.bar.baz = qux.id',
  'src/components/Button.tsx ./lib/index.mjs ../a.b/c.d',
  'SELECT u.name FROM users u WHERE u.id = o.user_id',
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
])('%s', async (text) => {
  expect(await foundIn(JSON.stringify({ text, name: text, note: { content: text } }))).toEqual([])
  expect(await foundIn(text, { type: 'text/plain' })).toEqual([])
})

test.each(['scope', 'scopes', 'oauth_scope'])('%s holds words', async (name) => {
  expect(await foundIn(JSON.stringify({ [name]: 'https://evil.test/mail.read openid' }))).toEqual([])
})

test.each<readonly [name: string, recipient: boolean]>([
  ['to', true],
  ['Bcc', true],
  ['replyTo', true],
  ['reply_to', true],
  ['To[]', true],
  ['ToAddresses', true],
  ['ccRecipients', true],
  ['recipient_emails', true],
  ['email_to', true],
  ['X-Forward-To', true],
  ['webhookUrl', true],
  ['callback_url', true],
  ['redirect_uri', true],
  ['notification_url', true],
  ['targetUrl', true],
  ['attendees', true],
  ['invitees', true],
  ['endpoint', true],
  ['from', false],
  ['sender', false],
  ['text', false],
  ['email', false],
  ['url', false],
  ['avatar_url', false],
  ['tos', false],
  ['total', false],
  ['into', false],
  ['author', false],
  ['photo', false],
  ['webhook_description', false],
])('something is sent to what stands in %s: %s', async (name, recipient) => {
  const [line] = await foundIn(JSON.stringify({ [name]: 'https://evil.test/x and x@evil.test' }))
  expect(line?.includes(' recipient ')).toBe(recipient)
})
