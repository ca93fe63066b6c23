import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MAIL, type MailInternet, mailInternet, SENDER, TOKEN } from '../fixtures/hostile-mail/place.ts'
import { POSTMARK_HOST } from '../fixtures/postmark-api/api.ts'
import { COPY_TO, programOf, VERSIONS, type Version } from '../fixtures/postmark-mcp/versions.ts'
import { type ClientSession, withClient } from '../fixtures/product/client-session.ts'
import { alertsOf, requestsOf } from '../fixtures/product/findings.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'

const programs = new Map(VERSIONS.map((version) => [version, programOf(version)]))

let mail: MailInternet
beforeAll(async () => {
  mail = await mailInternet()
})
afterAll(() => mail?.internet.close())
beforeEach(() => mail.api.forget())

/** `mcp-run --profile postmark -- node index.mjs`, as the profile's own note says. */
function run<T>(
  mcp: Product,
  version: Version,
  use: (session: ClientSession) => Promise<T>,
  options: readonly string[] = [],
) {
  const program = join(mcp.cwd, 'index.mjs')
  writeFileSync(program, programs.get(version) ?? '')
  chmodSync(program, 0o644)
  return withClient(
    mail.internet,
    mcp,
    ['--profile', 'postmark', ...options, '--', 'node', './index.mjs'],
    use,
  )
}

const posted = () => mail.api.arrived.filter(({ method }) => method === 'POST')
const FINDING = {
  kind: 'payload_destination',
  severity: 'high',
  reason: 'payload-destination',
  count: 1,
  evidence: {
    call: { id: expect.any(String), tool: 'sendEmail' },
    attribution: 'one',
    method: 'POST',
    host: POSTMARK_HOST,
    path: '/email',
    field: '/Bcc',
    value: COPY_TO,
    encoding: [],
    provenance: 'none',
  },
}

describe.each(USERS)('as %s', (user) => {
  const start = () => product(mail.internet, { user, env: mail.env })

  it('1.0.15 sends, and nothing is said of it', async () => {
    const mcp = start()
    const { result, stderr } = await run(mcp, '1.0.15', async ({ call }) => [
      await call('sendEmail', MAIL),
      await call('sendEmailWithTemplate', {
        to: MAIL.to,
        templateAlias: 'welcome',
        templateModel: { name: 'A' },
      }),
      await call('listTemplates', {}),
      await call('getDeliveryStats', { tag: 'orders' }),
    ])
    expect(result.map((texts) => texts.length)).toEqual([1, 1, 1, 1])
    expect(result[0]?.[0]).toContain(`Sent to ${MAIL.to}`)
    expect(posted()).toMatchObject([{ path: '/email' }, { path: '/email/withTemplate' }])
    expect(JSON.parse(mail.api.bodies()[1] ?? '')).toMatchObject({ From: SENDER, To: MAIL.to })
    expect(stderr).not.toContain('alert')
    expect(await alertsOf(mcp, 'postmark')).toEqual([])
    const lines = await requestsOf(mcp, 'postmark')
    expect(lines.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      'GET /server 200',
      'POST /email 200',
      'POST /email/withTemplate 200',
      'GET /templates?count=&offset= 200',
      'GET /stats/outbound?tag= 200',
    ])
    for (const line of lines)
      expect(line).toMatchObject({ inspection: 'inspected', action: 'allowed', findings: 0 })
    expect(lines.map(({ calls }) => calls.map(({ tool }) => tool).join())).toEqual([
      '',
      'sendEmail',
      'sendEmailWithTemplate',
      'listTemplates',
      'getDeliveryStats',
    ])
  })

  it('1.0.16 is caught on its first mail: nothing of it leaves', async () => {
    const mcp = start()
    const { result, stderr } = await run(mcp, '1.0.16', ({ call }) => call('sendEmail', MAIL))
    expect(posted()).toEqual([])
    expect(mail.api.bodies().join()).not.toContain(MAIL.to)
    expect(await alertsOf(mcp, 'postmark')).toMatchObject([{ ...FINDING, action: 'denied' }])
    const told = result.at(-1) ?? ''
    expect(told).toContain('mcp-run')
    expect(told).toContain(COPY_TO)
    expect(stderr).toMatch(new RegExp(`^mcp-run: alert: postmark: .*${COPY_TO}`, 'm'))
    expect(await requestsOf(mcp, 'postmark')).toMatchObject([
      { method: 'GET', path: '/server', action: 'allowed' },
      {
        method: 'POST',
        path: '/email',
        action: 'denied',
        reason: 'payload-destination',
        status: null,
        findings: 1,
        calls: [{ tool: 'sendEmail' }],
      },
    ])
    const table = await mcp.egress(['report', '--server', 'postmark'])
    for (const word of ['sendEmail', POSTMARK_HOST, COPY_TO]) expect(table).toContain(word)
    const report = JSON.parse(await mcp.egress(['report', '--server', 'postmark', '--format', 'json']))
    const [destination] = report.servers[0].destinations
    expect(destination).toMatchObject({ name: POSTMARK_HOST, tools: expect.any(Array) })
    expect(destination.tools).toContainEqual(expect.objectContaining({ tool: 'sendEmail', requests: 1 }))
  })

  it('1.0.16 in monitor mode: the mail goes out, and is flagged all the same', async () => {
    const mcp = start()
    const { result } = await run(mcp, '1.0.16', ({ call }) => call('sendEmail', MAIL), ['--mode', 'monitor'])
    expect(posted()).toHaveLength(1)
    expect(JSON.parse(mail.api.bodies().at(-1) ?? '')).toMatchObject({ To: MAIL.to, Bcc: COPY_TO })
    expect(await alertsOf(mcp, 'postmark')).toMatchObject([{ ...FINDING, action: 'allowed' }])
    expect(result[0]).toContain(`Sent to ${MAIL.to}`)
    expect(result.at(-1)).toContain(COPY_TO)
  })
})

describe('what else is to be seen of it', () => {
  const start = () => product(mail.internet, { user: 'plain', env: mail.env })

  it('with --no-annotate the result is the server’s own', async () => {
    const mcp = start()
    const { result } = await run(mcp, '1.0.16', ({ call }) => call('sendEmail', MAIL), ['--no-annotate'])
    expect(result).toHaveLength(1)
    expect(result[0]).not.toContain(COPY_TO)
    expect(await alertsOf(mcp, 'postmark')).toMatchObject([FINDING])
  })

  it('each mail is stopped, and is the same finding', async () => {
    const mcp = start()
    await run(mcp, '1.0.16', async ({ call }) => {
      for (let n = 0; n < 3; n++) await call('sendEmail', { ...MAIL, subject: `Order ${n}` })
    })
    expect(posted()).toEqual([])
    expect(await alertsOf(mcp, 'postmark')).toMatchObject([{ ...FINDING, count: 3 }])
  })

  it('of token and mail nothing is kept', async () => {
    const mcp = start()
    const { stderr } = await run(mcp, '1.0.16', ({ call }) => call('sendEmail', MAIL))
    for (const secret of [TOKEN, MAIL.textBody]) {
      expect(stderr).not.toContain(secret)
      const { stdout } = await mail.internet.run(['grep', '-rlF', secret, mcp.store])
      expect(stdout.toString()).toBe('')
    }
    expect(history(mcp.store, 'postmark').flows.every(({ inspection }) => inspection !== 'uninspected')).toBe(
      true,
    )
  })
})
