import { once } from 'node:events'
import { readdirSync, watch } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { bundledServer } from '../fixtures/product/mcp-command.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { SANDBOX, startInternet } from '../fixtures/product/sandbox.ts'

const backend = SANDBOX === 'native' ? 'native' : 'docker'
const OPTIONS = ['--wait', '0', '--sandbox', backend]
const SEALED = 'mkdir -p ~/a/b && chmod 555 ~/a && exec node $0'
const CALL = (host: string) => `{ tool: reach, arguments: { host: ${host}, port: 5432 } }`

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let script: string
  beforeAll(() => {
    mcp = product(internet, { user, env: { TOKEN: "the user's own", OPTION: "the user's own" } })
    script = bundledServer(mcp, 'reach-server-2025')
  })

  /** Its server starts with the recorded value alone, seals a folder, and reaches for what the call names. */
  const profile = (name: string, hosts: string, call: string, start = SEALED): string =>
    mcp.profile(
      name,
      `command: [sh, -c, '[ "$TOKEN$OPTION" = dummy ] && ${start}', ${script}]
env: { pass: [TOKEN, OPTION] }
files: { read: [${script}] }
egress:
  - { host: api.test, ports: [5432], protocol: opaque }
recorded:
  { date: 2026-11-26, version: "1", backend: ${backend}, hosts: [${hosts}], env: { TOKEN: dummy }, call: ${call} }
`,
    )
  const check = (...names: string[]) =>
    mcp.run(['profiles', 'check', ...OPTIONS, ...names], { timeoutMs: 110_000 })

  it('says that nothing changed, and leaves nothing behind', async () => {
    const result = await check(profile('same', 'api.test', CALL('api.test')))
    expect(result.stdout.toString()).toBe(
      'same: the same as recorded (2026-11-26, 1): api.test\n1 the same, 0 changed, 0 not run\n',
    )
    expect(result.code).toBe(0)
    expect(readdirSync(mcp.temp)).toEqual([])
  }, 120_000)

  it('says which hosts are new, which are gone, and what does not start', async () => {
    const other = profile('other', 'api.test, gone.test', CALL('evil.test'))
    const ended = profile('ended', 'api.test', CALL('api.test'), 'echo no such thing >&2; exit 7')
    const result = await check(other, ended)
    expect(result.stdout.toString().split('\n')).toEqual([
      'other: changed since it was recorded (2026-11-26, 1)',
      '  contacts evil.test, which it did not',
      '  does not contact api.test any more',
      '  does not contact gone.test any more',
      'ended: changed since it was recorded (2026-11-26, 1)',
      expect.stringMatching(/^ {2}does not start: .*no such thing/),
      '0 the same, 2 changed, 0 not run',
      '',
    ])
    expect(result.code).toBe(1)
    expect(readdirSync(mcp.temp)).toEqual([])
  }, 120_000)

  it('leaves nothing behind when it is interrupted', async () => {
    const file = profile('slow', 'api.test', CALL('api.test'), 'exec sleep 1000')
    const watcher = watch(mcp.temp)
    const begun = once(watcher, 'change')
    const child = mcp.spawn(['profiles', 'check', '--sandbox', backend, '--wait', '3000', file])
    const ended = once(child, 'close')
    await begun
    watcher.close()
    child.kill('SIGTERM')
    expect(await ended).toEqual([130, null])
    expect(readdirSync(mcp.temp)).toEqual([])
  }, 120_000)

  it.each([
    [['nothing-like-it'], 'there is no profile nothing-like-it'],
    [['./bare.yaml'], 'holds no recorded run'],
  ])('refuses %j', async (names, message) => {
    mcp.profile('bare', 'egress: []\n')
    const result = await check(...names)
    expect([result.code, result.stderr.toString()]).toEqual([2, expect.stringContaining(message)])
  })
})
