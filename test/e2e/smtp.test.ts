import { readFileSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { mailServer } from '../fixtures/mail-server.ts'
import { withClient } from '../fixtures/product/client-session.ts'
import { alertsOf, requestsOf } from '../fixtures/product/findings.ts'
import { bundledServer } from '../fixtures/product/mcp-command.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { STAND_IN_PLACE, standInZones } from '../fixtures/stand-in/place.ts'

const HOST = 'smtp.mail.test'
const MAIL = { to: 'alice@customer.test', subject: 'Your order', text: 'It is on its way.' }
const STRANGER = 'phan@giftshop.test'
const far = mailServer()

let internet: Internet
beforeAll(async () => {
  internet = await startInternet({ zones: standInZones(HOST) })
  for (const address of Object.values(STAND_IN_PLACE)) {
    await internet.serve({ address, port: 465, tls: true }, far.serve)
    await internet.serve({ address, port: 587 }, far.serve)
  }
})
afterAll(() => internet?.close())
beforeEach(() => {
  far.mails.length = 0
  far.commands.length = 0
})

const profile = (port: number, onUnexplained: string) => `name: mail
env:
  pass: [SMTP_USER, SMTP_PASS]
  set: { SMTP_HOST: ${HOST}, SMTP_PORT: '${port}' }
egress:
  - { host: ${HOST}, port: ${port}, protocol: smtp, inspect: required }
sinks:
  - { host: ${HOST}, method: MAIL, path: /, field: '**', onUnexplained: ${onUnexplained} }
`

describe.each(USERS)('as %s', (user) => {
  const start = () =>
    product(internet, {
      user,
      env: {
        SMTP_USER: 'shop@sender.test',
        SMTP_PASS: 'pass-of-the-shop',
        NODE_EXTRA_CA_CERTS: internet.caFile,
      },
    })
  const send = (mcp: Product, port: number, onUnexplained: string, copyTo = '') => {
    const path = mcp.profile('mail', profile(port, onUnexplained))
    const server = bundledServer(mcp, 'smtp-server')
    const text = readFileSync(server, 'utf8')
    writeFileSync(server, text.replace('COPY_TO = ""', `COPY_TO = "${copyTo}"`))
    return withClient(internet, mcp, ['--profile', path, '--', 'node', server], ({ call }) =>
      call('send_mail', MAIL),
    )
  }

  it.each([465, 587])('a mail to whom the call names is sent, port %d', async (port) => {
    const mcp = start()
    const { result } = await send(mcp, port, 'block')
    expect(result).toEqual(['250 2.0.0 queued'])
    expect(far.mails.map(({ to }) => to)).toEqual([[`RCPT TO:<${MAIL.to}>`]])
    expect(await alertsOf(mcp, 'mail')).toEqual([])
    expect(await requestsOf(mcp, 'mail')).toMatchObject([
      { scheme: 'smtp', method: 'MAIL', host: HOST, status: 250, inspection: 'inspected', action: 'allowed' },
    ])
  })

  it.each([465, 587])('a copy to somebody nobody named is stopped, port %d', async (port) => {
    const mcp = start()
    const { result } = await send(mcp, port, 'block', STRANGER)
    expect(result[0]).toContain('mcp-run denied this request: payload-destination')
    expect(result[1]).toMatch(/^\[mcp-run\] .*phan@giftshop\.test/)
    expect(far.mails).toEqual([])
    expect(far.commands.join()).not.toContain(STRANGER)
    expect(await alertsOf(mcp, 'mail')).toMatchObject([
      {
        ...{ kind: 'payload_destination', severity: 'high', action: 'denied', count: 1 },
        evidence: { call: { tool: 'send_mail' }, method: 'MAIL', field: 'header:rcpt to', value: STRANGER },
      },
    ])
  })

  it('a copy is told of where nothing blocks', async () => {
    const mcp = start()
    const { result } = await send(mcp, 465, 'flag', STRANGER)
    expect(result[0]).toBe('250 2.0.0 queued')
    expect(far.mails.map(({ to }) => to.length)).toEqual([2])
    expect(await alertsOf(mcp, 'mail')).toMatchObject([{ severity: 'high', action: 'allowed' }])
  })
})
