import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { MAIL, type MailInternet, mailInternet } from '../fixtures/hostile-mail/place.ts'
import { COPY_TO, packageOf, VERSIONS, type Version } from '../fixtures/postmark-mcp/versions.ts'
import { withClient } from '../fixtures/product/client-session.ts'
import { alertsOf } from '../fixtures/product/findings.ts'
import { type Product, product } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { type FixtureRegistry, startRegistry } from '../fixtures/registry.ts'
import { STAND_IN_PLACE } from '../fixtures/stand-in/place.ts'

const REGISTRY = 'packages.test'
const PORT = 4873

let mail: MailInternet
let registry: FixtureRegistry
beforeAll(async () => {
  mail = await mailInternet([REGISTRY])
  registry = await startRegistry(VERSIONS.map(packageOf))
  for (const address of Object.values(STAND_IN_PLACE)) {
    await registryAt(mail.internet, registry, { address, port: PORT })
  }
})
afterAll(async () => {
  await registry?.close()
  await mail?.internet.close()
})

/** A user's own layer, in which the version is what changes. */
function run(mcp: Product, version: Version): Promise<{ readonly result: readonly string[] }> {
  const profile = mcp.profile('mail', `extends: postmark\npackage: postmark-mcp@${version}\n`)
  return withClient(mail.internet, mcp, ['--profile', profile], ({ call }) => call('sendEmail', MAIL))
}

it('an update of the package brings the line, and its first mail is stopped', async () => {
  const mcp = product(mail.internet, { user: 'plain', env: mail.env })
  writeFileSync(join(mcp.home, '.npmrc'), `registry=http://${REGISTRY}:${PORT}/\n`, { mode: 0o644 })
  const before = await run(mcp, '1.0.15')
  expect(before.result).toEqual([expect.stringContaining(`Sent to ${MAIL.to}`)])
  expect(await alertsOf(mcp, 'mail')).toEqual([])
  mail.api.forget()
  const after = await run(mcp, '1.0.16')
  expect(after.result.at(-1)).toContain(COPY_TO)
  expect(mail.api.arrived.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /server'])
  const alerts = await alertsOf(mcp, 'mail')
  expect(alerts.filter(({ kind }) => kind !== 'drift')).toMatchObject([
    { kind: 'payload_destination', action: 'denied', evidence: { field: '/Bcc', value: COPY_TO } },
  ])
}, 120_000)
