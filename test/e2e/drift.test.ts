import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { MAIL, type MailInternet, mailInternet } from '../fixtures/hostile-mail/place.ts'
import { POSTMARK_HOST } from '../fixtures/postmark-api/api.ts'
import { COPY_TO, packageOf, VERSIONS, type Version } from '../fixtures/postmark-mcp/versions.ts'
import { withClient } from '../fixtures/product/client-session.ts'
import { alertsOf } from '../fixtures/product/findings.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { type Product, product } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { type FixtureRegistry, startRegistry } from '../fixtures/registry.ts'
import { STAND_IN_PLACE } from '../fixtures/stand-in/place.ts'

const REGISTRY = 'packages.test'
const PORT = 4873

let mail: MailInternet
let registry: FixtureRegistry
let withoutFinder: string
beforeAll(async () => {
  mail = await mailInternet([REGISTRY])
  registry = await startRegistry(VERSIONS.map(packageOf))
  for (const address of Object.values(STAND_IN_PLACE)) {
    await registryAt(mail.internet, registry, { address, port: PORT })
  }
  const find = 'function judgeFindings(candidates,provenances,facts){'
  const patch = { file: 'mcp-run.cjs', find, replace: '$&return[];' }
  withoutFinder = patchedBuild(mail.internet.folder(0), [patch])
})
afterAll(async () => {
  await registry?.close()
  await mail?.internet.close()
})
beforeEach(() => mail.api.forget())

function start(dist?: string): Product {
  const mcp = product(mail.internet, { user: 'plain', env: mail.env, ...(dist !== undefined && { dist }) })
  writeFileSync(join(mcp.home, '.npmrc'), `registry=http://${REGISTRY}:${PORT}/\n`, { mode: 0o644 })
  return mcp
}

/** A user's own layer, in which the version is what changes; it sends one mail. */
function run(mcp: Product, version: Version, mode: 'enforce' | 'monitor', more = {}) {
  const profile = mcp.profile('mail', `extends: postmark\npackage: postmark-mcp@${version}\n`)
  return withClient(mail.internet, mcp, ['--mode', mode, '--profile', profile], async ({ client, call }) => {
    await client.listTools()
    return call('sendEmail', { ...MAIL, ...more })
  })
}

const FIRST_BCC = {
  kind: 'drift',
  severity: 'high',
  reason: 'drift',
  action: 'allowed',
  count: 1,
  evidence: {
    trait: 'field',
    place: `${POSTMARK_HOST}:443 POST /email`,
    name: '/Bcc',
    version: 'postmark-mcp@1.0.16',
    basis: 'version',
    earlier: 1,
    versions: ['postmark-mcp@1.0.15'],
    call: { tool: 'sendEmail' },
  },
}

it('1.0.16 is the first version to send Bcc: told in monitor mode, with nothing that looks at values', async () => {
  const mcp = start(withoutFinder)
  const before = await run(mcp, '1.0.15', 'monitor')
  expect(before.result).toEqual([expect.stringContaining(`Sent to ${MAIL.to}`)])
  expect(before.stderr).not.toContain('alert')
  expect(await alertsOf(mcp, 'mail')).toEqual([])
  const after = await run(mcp, '1.0.16', 'monitor')
  expect(JSON.parse(mail.api.bodies().at(-1) ?? '')).toMatchObject({ Bcc: COPY_TO })
  expect(await alertsOf(mcp, 'mail')).toMatchObject([FIRST_BCC])
  expect(after.stderr).toMatch(
    /^mcp-run: alert: mail: postmark-mcp@1\.0\.16 is the first version to send Bcc /m,
  )
  // It is known from here on.
  await run(mcp, '1.0.16', 'monitor')
  expect(await alertsOf(mcp, 'mail')).toMatchObject([FIRST_BCC])
})
