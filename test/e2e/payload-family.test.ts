import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MAIL, type MailInternet, mailInternet } from '../fixtures/hostile-mail/place.ts'
import { DROP } from '../fixtures/hostile-mail/scenarios.mjs'
import { POSTMARK_HOST } from '../fixtures/postmark-api/api.ts'
import { type ClientSession, withClient } from '../fixtures/product/client-session.ts'
import { alertsOf, type PayloadEvidence, requestsOf } from '../fixtures/product/findings.ts'
import { bundledServer } from '../fixtures/product/mcp-command.ts'
import { type Product, product } from '../fixtures/product/product.ts'

const HOOKS_HOST = 'api.hooks.test'
const LISTED = 'newsletter@customer.test'

let mail: MailInternet
beforeAll(async () => {
  const templates = [
    { Name: `Newsletter <${LISTED}>`, Alias: 'news' },
    { Name: 'Welcome', Alias: 'welcome' },
  ]
  mail = await mailInternet([HOOKS_HOST], { templates })
})
afterAll(() => mail?.internet.close())
beforeEach(() => mail.api.forget())

const start = (env: Readonly<Record<string, string>> = {}): Product =>
  product(mail.internet, { user: 'plain', env: { ...mail.env, ...env } })

/** The server of one scenario, under the built-in profile or one of the test's own. */
async function run<T>(
  mcp: Product,
  scenario: string,
  use: (session: ClientSession) => Promise<T>,
  profile = 'postmark',
) {
  bundledServer(mcp, 'server', 'hostile-mail')
  const args = ['--profile', profile, '--', 'node', './server.cjs', scenario]
  return withClient(mail.internet, mcp, args, use)
}

const posted = () => mail.api.arrived.filter(({ method }) => method !== 'GET').map(({ path }) => path)
/** Nothing that arrived holds it, in any of the ways in which the scenarios write it. */
function nothingOf(value: string): void {
  const forms = [value, value.toUpperCase(), Buffer.from(value).toString('base64').slice(0, 16)]
  for (const body of mail.api.bodies()) for (const form of forms) expect(body).not.toContain(form)
}

const one = { attribution: 'one', method: 'POST', host: POSTMARK_HOST, provenance: 'none' } as const
const at = (path: string, field: string, ...encoding: readonly string[]): Partial<PayloadEvidence> => ({
  ...{ ...one, path, field, value: DROP },
  ...(encoding.length > 0 && { encoding: expect.arrayContaining([...encoding]) }),
})

describe('an address that nobody gave', () => {
  it.each<[scenario: string, evidence: Partial<PayloadEvidence>, arrives: readonly string[]]>([
    ['cc', at('/email', '/Cc'), []],
    ['to-widened', at('/email', '/To'), []],
    ['header-object', at('/email', '/Headers/0/Value'), []],
    ['reply-to', at('/email', '/ReplyTo'), []],
    ['escaped', at('/email', '/Bcc'), []],
    ['base64', at('/email', '/Bcc', 'base64'), []],
    ['base64-value', at('/email', '/Bcc', 'base64'), []],
    ['gzip', at('/email', '/Bcc', 'gzip'), []],
    ['multipart', at('/email', 'part:Bcc'), []],
    ['http2', at('/email', '/Bcc'), ['/email']],
    ['chunked', at('/email', '/Bcc'), []],
    ['keep-alive', at('/email', '/Bcc'), ['/email']],
    ['batch', at('/email/batch', '/1/Bcc'), []],
    ['with-template', at('/email/withTemplate', '/Bcc'), []],
    ['batch-with-templates', at('/email/batchWithTemplates', '/Messages/1/Bcc'), []],
  ])('%s: is found, and the request stopped', async (scenario, evidence, arrives) => {
    const mcp = start()
    const { result } = await run(mcp, scenario, ({ call }) => call('sendEmail', MAIL))
    expect(posted()).toEqual(arrives)
    nothingOf(DROP)
    expect(await alertsOf(mcp, 'postmark')).toMatchObject([
      {
        kind: 'payload_destination',
        severity: 'high',
        action: 'denied',
        evidence: { ...evidence, call: { tool: 'sendEmail' } },
      },
    ])
    expect(result.at(-1)).toContain(DROP)
    const lines = await requestsOf(mcp, 'postmark')
    expect(lines.filter(({ action }) => action === 'denied')).toMatchObject([
      { path: evidence.path, reason: 'payload-destination', findings: 1 },
    ])
    expect(lines.filter(({ action }) => action === 'allowed')).toHaveLength(arrives.length)
  })
})

describe('what explains an address', () => {
  const asked = { ...MAIL, textBody: `Copy my colleague bob@customer.test, please.` }
  it.each<[string, (session: ClientSession) => Promise<unknown>]>([
    ['honest', ({ call }) => call('sendEmail', MAIL)],
    ['as-asked', ({ call }) => call('sendEmail', { ...MAIL, bcc: 'Bob <BOB@customer.test>' })],
    ['from-response', ({ call }) => call('sendEmail', MAIL)],
    ['from-text', ({ call }) => call('sendEmail', asked)],
    [
      'from-list',
      async ({ call }) => {
        const [list = ''] = await call('listTemplates', {})
        const [bcc] = /[\w.]+@[\w.]+\w/.exec(list) ?? []
        await call('sendEmail', { ...MAIL, bcc })
      },
    ],
  ])('%s: the mail goes out, and nothing is said of it', async (scenario, use) => {
    const mcp = start()
    const { stderr } = await run(mcp, scenario, use)
    expect(posted()).toEqual(['/email'])
    expect(stderr).not.toContain('alert')
    expect(await alertsOf(mcp, 'postmark')).toEqual([])
  })
})

describe('what does not explain it', () => {
  it('said-first: the server’s own word, which the client only repeats', async () => {
    const mcp = start()
    await run(mcp, 'said-first', async ({ client, call }) => {
      await client.listTools()
      await call('sendEmail', { ...MAIL, bcc: DROP })
    })
    expect(posted()).toEqual([])
    expect(await alertsOf(mcp, 'postmark')).toMatchObject([
      { severity: 'high', action: 'denied', evidence: { ...at('/email', '/Bcc'), provenance: 'server' } },
    ])
  })

  it('laundering: a response that brings back what an unexplained request had', async () => {
    const mcp = start()
    const profile = mcp.profile(
      'mine',
      `extends: postmark\negress:\n  - { host: ${POSTMARK_HOST}, inspect: required, requests: [POST /templates] }\n`,
    )
    await run(
      mcp,
      'laundering',
      async ({ call }) => {
        await call('createTemplate', { name: 'Archive' })
        await call('sendEmail', MAIL)
      },
      profile,
    )
    expect(posted()).toEqual(['/templates'])
    const alerts = await alertsOf(mcp, 'mine')
    expect(alerts).toContainEqual(
      expect.objectContaining({
        severity: 'high',
        action: 'denied',
        evidence: expect.objectContaining(at('/email', '/Bcc')),
      }),
    )
    // What it put into the template was seen as well.
    expect(alerts).toContainEqual(
      expect.objectContaining({ severity: 'low', evidence: expect.objectContaining({ path: '/templates' }) }),
    )
  })
})

describe('other requests to the right host', () => {
  it('other-token: somebody else’s account', async () => {
    const mcp = start()
    await run(mcp, 'other-token', ({ call }) => call('sendEmail', MAIL))
    expect(posted()).toEqual([])
    const alerts = await alertsOf(mcp, 'postmark')
    expect(alerts).toMatchObject([
      {
        kind: 'payload_destination',
        severity: 'high',
        action: 'denied',
        evidence: { field: 'header:x-postmark-server-token' },
      },
    ])
    expect(JSON.stringify(alerts)).not.toContain('a-token-of-somebody-else')
  })

  it.each([
    ['undeclared-path', 'POST', '/webhooks'],
    ['undeclared-method', 'PUT', '/server'],
  ])('%s: is not declared', async (scenario, method, path) => {
    const mcp = start()
    await run(mcp, scenario, ({ call }) => call('sendEmail', MAIL))
    expect(mail.api.arrived).toEqual([])
    expect(await requestsOf(mcp, 'postmark')).toMatchObject([
      { method, path, action: 'denied', reason: 'request-undeclared' },
    ])
    expect(await alertsOf(mcp, 'postmark')).toMatchObject([
      { reason: 'request-undeclared', action: 'denied' },
    ])
  })

  it('hooks: another server, whose webhooks are its work', async () => {
    const mcp = start({ MAIL_HOST: HOOKS_HOST })
    const profile = mcp.profile(
      'hooks',
      `name: hooks
egress: [{ host: ${HOOKS_HOST}, inspect: required }]
env: { pass: [POSTMARK_SERVER_TOKEN, MAIL_HOST] }
sinks: [{ host: ${HOOKS_HOST}, path: /webhooks, field: /Url, onUnexplained: block }]
`,
    )
    const { result } = await run(
      mcp,
      'hooks',
      async ({ call }) => [
        await call('addWebhook', { url: 'https://events.customer.test/in?key=1' }),
        await call('renew', {}),
      ],
      profile,
    )
    expect(posted()).toEqual(['/webhooks'])
    expect(result[0]).toHaveLength(1)
    expect(await alertsOf(mcp, 'hooks')).toMatchObject([
      {
        severity: 'high',
        action: 'denied',
        evidence: { field: '/Url', value: 'https://in.collector.club/hook', call: { tool: 'renew' } },
      },
    ])
  })
})
