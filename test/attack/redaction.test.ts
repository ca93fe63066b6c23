import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS, type User } from '../fixtures/product/product.ts'
import { type InspectedWorld, inspectedWorld } from './rig/inspected-world.ts'
import { NO_REDACTION } from './rig/patches.ts'
import { runToEnd } from './rig/run-to-end.ts'

/** Where a token may stand in a request, each with one of its own. */
const SECRETS = {
  authorization: 'tok-5e1f8c0a9b7d4e2fa6c3',
  ownHeader: 'hdr-93c1b7e2d4a05f68c7e1',
  cookie: 'cki-0f6b2d9c8e7a1453b2d0',
  userinfo: 'pwd-77d0e1a2c3b4f5968a7b',
  query: 'qry-c2d4e6f8091a2b3c4d5e',
  path: 'pth-1a2b3c4d5e6f70819263a4b5c6d7e8f9',
  body: 'bdy-8f7e6d5c4b3a29180716',
  form: 'frm-a0b1c2d3e4f506172839',
} as const

const PROFILE = `name: p
egress:
  - { host: api.inside.test, inspect: required }
  - { host: api.inside.test, ports: [80], protocol: http }
env: { set: { API_TOKEN: ${SECRETS.authorization} } }
sinks: [{ host: api.inside.test, field: "**", onUnexplained: flag }]
`
const CURL = 'curl -sS -m 10 -o /dev/null'
const at = (scheme: string): string => `${scheme}://api.inside.test`
const script = ['https', 'http']
  .map((scheme) =>
    [
      `${CURL} -H "Authorization: Bearer $API_TOKEN" ${at(scheme)}/a`,
      `${CURL} -H 'X-Api-Key: ${SECRETS.ownHeader}' -b 's=${SECRETS.cookie}' ${at(scheme)}/b`,
      `${CURL} -u joe:${SECRETS.userinfo} '${at(scheme)}/c?key=${SECRETS.query}'`,
      `${CURL} ${at(scheme)}/d/${SECRETS.path}`,
      `${CURL} -d '{"token": "${SECRETS.body}", "bcc": "x@evil.club"}' ${at(scheme)}/e`,
      `${CURL} -d 'hook=https://u:${SECRETS.form}@evil.club/${SECRETS.path}?k=${SECRETS.query}' ${at(scheme)}/f`,
    ].join('\n'),
  )
  .join('\n')

let world: InspectedWorld
beforeAll(async () => {
  world = await inspectedWorld(['api.inside.test'], [])
})
afterAll(() => world?.internet.close())

/** Which of the secrets are to be found in the store, and in what is shown. */
async function kept(user: User, dist?: string): Promise<readonly string[]> {
  const { internet, trusted } = world
  world.service.forget()
  const env = { NODE_EXTRA_CA_CERTS: trusted }
  const mcp = product(internet, { user, env, ...(dist !== undefined && { dist }) })
  const file = mcp.profile('p', PROFILE)
  const result = await runToEnd(mcp.spawn(['--profile', file, '--', 'sh', '-c', script]), 60_000)
  const commands = [
    ...['report', 'alerts', 'drift'].flatMap((name) => [[name], [name, '--format', 'json']]),
    ...['flows', 'requests'].flatMap((name) => [
      [name, '--server', 'p'],
      [name, '--server', 'p', '--format', 'jsonl'],
    ]),
  ]
  const outputs = await Promise.all(commands.map((args) => mcp.egress(args)))
  const shown = [result.stderr, ...outputs].join('\n')
  expect(world.service.arrived.length).toBeGreaterThanOrEqual(12)
  const found: string[] = []
  for (const [place, secret] of Object.entries(SECRETS)) {
    const { stdout } = await internet.run(['grep', '-rlaF', secret, mcp.store])
    if (shown.includes(secret) || stdout.length > 0) found.push(place)
  }
  return found
}

describe.each(USERS)('as %s', (user) => {
  it('row 51: tokens in headers, URLs and bodies are neither stored nor shown', async () => {
    expect(await kept(user)).toEqual([])
  })
})

it('row 51: control: without redaction they are', async () => {
  const dist = patchedBuild(world.internet.folder(0), NO_REDACTION)
  expect(await kept('root', dist)).toEqual(expect.arrayContaining(['query', 'path']))
})
