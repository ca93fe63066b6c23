import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client as NewClient } from '@modelcontextprotocol/client'
import { StdioClientTransport as NewTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { type ClientSession, withClient } from '../fixtures/product/client-session.ts'
import { alertsOf, requestsOf } from '../fixtures/product/findings.ts'
import { history } from '../fixtures/product/history.ts'
import { bundledServer, mcpCommand } from '../fixtures/product/mcp-command.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { placeStandIn, standInZones } from '../fixtures/stand-in/place.ts'
import { type StandIn, standIn } from '../fixtures/stand-in/stand-in.ts'

const HOST = 'api.shop.test'
const PROFILE = `name: p
egress:
  - { host: ${HOST}, reads: [POST /search] }
  - { host: db.shop.test, port: 5432, protocol: opaque }
`
const REFUSED = { code: -32602, data: { reason: 'read-only' } }
const SEEN = ['look', 'search', 'lie', 'override']

let internet: Internet
let api: StandIn
beforeAll(async () => {
  internet = await startInternet({ zones: standInZones(HOST, 'db.shop.test') })
  api = await placeStandIn(
    internet,
    standIn(({ method, path }) => ({ status: 200, body: `${method} ${path}` })),
  )
})
afterAll(() => internet?.close())

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let profile: string
  beforeEach(() => {
    api.forget()
    mcp = product(internet, { user, env: { NODE_EXTRA_CA_CERTS: internet.caFile } })
    profile = mcp.profile('p', PROFILE)
  })
  const arrived = () => api.arrived.map(({ method, path }) => `${method} ${path}`)
  const start = <T>(
    use: (session: ClientSession) => Promise<T>,
    { options = ['--read-only'], note = '/tmp/note' }: { options?: readonly string[]; note?: string } = {},
  ) => {
    const server = bundledServer(mcp, 'annotated-server-2025')
    return withClient(
      internet,
      mcp,
      ['--profile', profile, ...options, '--', 'node', server, HOST, note],
      use,
    )
  }
  const namesOf = async ({ client }: ClientSession) =>
    (await client.listTools()).tools.map(({ name }) => name)

  it('shows what only reads, and stops an annotation that lies on the wire', async () => {
    const { result, stderr } = await start(async (session) => {
      const names = await namesOf(session)
      const texts: (string | undefined)[] = []
      for (const name of SEEN) texts.push((await session.call(name, {})).join('\n'))
      return { names, texts }
    })
    expect(result.names).toEqual([...SEEN, 'note'])
    const [look, search, lie, override] = result.texts
    expect(look).toBe('200 "GET /items?x=1"')
    expect(search).toBe('200 "POST /search"')
    for (const text of [lie, override]) {
      expect(text).toContain('403 mcp-run denied this request: read-only')
      expect(text).toContain(`[mcp-run] While this call ran, the server made a request to ${HOST}`)
    }
    expect(arrived()).toEqual(['GET /items?x=1', 'POST /search'])
    const denied = { action: 'denied', reason: 'read-only', status: null, attribution: 'one' }
    expect(await requestsOf(mcp, 'p')).toMatchObject([
      { method: 'GET', path: '/items?x=', action: 'allowed', inspection: 'inspected' },
      { method: 'POST', path: '/search', action: 'allowed', calls: [{ tool: 'search' }] },
      { method: 'POST', path: '/items', ...denied, calls: [{ tool: 'lie' }] },
      { method: 'GET', path: '/items', ...denied, calls: [{ tool: 'override' }] },
    ])
    const found = { kind: 'denied_destination', severity: 'medium', reason: 'read-only', action: 'denied' }
    const alerts = (await alertsOf(mcp, 'p')).map((alert) => [alert.evidence.call?.tool, alert])
    expect(Object.fromEntries(alerts)).toMatchObject({ lie: found, override: found })
    expect(history(mcp.store, 'p').sessions).toMatchObject([{ mode: 'read-only' }])
    expect(stderr).toContain('mode read-only')
    expect(stderr).toContain('2 of 7 tools are hidden')
    expect(await mcp.egress(['report', '--server', 'p'])).toContain('read-only')
  })

  it('refuses a call of a hidden tool, which the server never sees, and keeps it', async () => {
    const { stderr } = await start(async (session) => {
      await expect(session.call('look', {}), 'before the list').rejects.toMatchObject(REFUSED)
      await namesOf(session)
      for (const name of ['save', 'plain', 'nothing'])
        await expect(session.call(name, {}), name).rejects.toMatchObject(REFUSED)
      expect(await session.call('look', {})).toEqual(['200 "GET /items?x=1"'])
    })
    expect(arrived()).toEqual(['GET /items?x=1'])
    const refused = (await alertsOf(mcp, 'p')).filter(({ kind }) => kind === 'refused_call')
    expect(refused.map(({ evidence }) => evidence.call?.tool).sort()).toEqual([
      'look',
      'nothing',
      'plain',
      'save',
    ])
    expect(refused[0]).toMatchObject({ severity: 'info', reason: 'read-only', action: 'denied' })
    expect(stderr).toContain('read-only: a call of save was refused')
    // A call that was never made is nobody's.
    expect(await requestsOf(mcp, 'p')).toMatchObject([{ attribution: 'one', calls: [{ tool: 'look' }] }])
  })

  it.each([
    ['annotated-server-2025', 'auto'],
    ['annotated-server-2026', 'auto'],
    ['annotated-server-2026', { pin: '2026-07-28' }],
  ] as const)('serves a client of 2026-07-28: %s, %j', async (name, mode) => {
    const client = new NewClient({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } })
    const server = bundledServer(mcp, name)
    const args = ['--profile', profile, '--read-only', '--', 'node', server, HOST, '/tmp/note']
    try {
      await client.connect(new NewTransport({ ...mcpCommand(internet, mcp, args), stderr: 'ignore' }))
      expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(expect.arrayContaining(SEEN))
      expect((await client.listTools()).tools.map((tool) => tool.name)).not.toContain('save')
      await expect(client.callTool({ name: 'save', arguments: {} })).rejects.toThrow(
        /this session is read-only/,
      )
      const { content } = await client.callTool({ name: 'search', arguments: {} })
      expect(content).toEqual([{ type: 'text', text: '200 "POST /search"' }])
    } finally {
      await client.close()
    }
    expect(arrived()).toEqual(['POST /search'])
  })

  it('mounts what is shared for reading alone', async () => {
    const folder = join(mcp.cwd, 'notes')
    mkdirSync(folder, { mode: 0o700 })
    chownSync(folder, mcp.serverFilesUid, mcp.serverFilesUid)
    const note = join(folder, 'note.txt')
    const write = (options: readonly string[]) =>
      start(
        async (session) => {
          await namesOf(session)
          return session.call('note', {})
        },
        { options: ['--allow-write', folder, ...options], note },
      )
    expect((await write(['--read-only'])).result).toEqual(['EROFS'])
    expect(existsSync(note)).toBe(false)
    expect((await write([])).result).toEqual(['written'])
  })

  it('lets nothing through that cannot be read', async () => {
    const word = "require('net').connect(5432, 'db.shop.test').on('error', () => {}).end('x')"
    const script = `node -e "${word}"`
    await mcp.shell(profile, script, { args: ['--read-only'] })
    const { flows, alerts } = history(mcp.store, 'p')
    expect(flows.length).toBeGreaterThan(0)
    for (const flow of flows)
      expect(flow).toMatchObject({ action: 'denied', reason: 'read-only', bytes_sent: 0 })
    expect(alerts).toMatchObject([{ kind: 'denied_destination', severity: 'low', reason: 'read-only' }])
  })

  it('is on trial until a person ends it, whatever the options and the clock say', async () => {
    const listed = async (options: readonly string[]) => {
      const { result, stderr } = await start(namesOf, { options })
      return { hidden: !result.includes('save'), stderr }
    }
    const first = await listed(['--trial', '7d'])
    expect(first).toMatchObject({
      hidden: true,
      stderr: expect.stringMatching(/read-only until \d{4}-\d{2}-\d{2}/),
    })
    const file = join(mcp.store, 'trials', 'p.json')
    const begun = JSON.parse(readFileSync(file, 'utf8'))
    expect(Date.parse(begun.until) - Date.parse(begun.begun)).toBe(7 * 86_400_000)
    await start(
      async (session) => {
        await namesOf(session)
        await expect(session.call('save', {})).rejects.toMatchObject(REFUSED)
        await session.call('lie', {})
      },
      { options: [] },
    )

    expect(await listed(['--trial', '1m'])).toMatchObject({
      hidden: true,
      stderr: expect.stringContaining('--trial changes nothing of a trial that has begun'),
    })
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ begun: begun.begun, until: begun.until })

    writeFileSync(file, JSON.stringify({ ...begun, until: begun.begun }))
    const over = 'mcp-run trial end --profile p'
    for (const options of [['--trial', '7d'], [], ['--mode', 'monitor']])
      expect(await listed(options)).toMatchObject({ hidden: true, stderr: expect.stringContaining(over) })
    const listing = await mcp.run(['trial', '--profile', profile])
    expect(listing.stdout.toString()).toMatch(/is over[\s\S]*call save: 1[\s\S]*/)
    expect(listing.stdout.toString()).toContain(`request POST ${HOST}/items, for lie: 1`)

    const ended = await mcp.run(['trial', 'end', '--profile', 'p'])
    expect(ended).toMatchObject({ code: 0 })
    expect(await listed([])).toMatchObject({ hidden: false })
    expect(await listed(['--trial', '7d'])).toMatchObject({
      hidden: false,
      stderr: expect.stringContaining('--trial begins no other'),
    })
    expect(await listed(['--read-only'])).toMatchObject({ hidden: true })
  })
})

it('exit codes of what is asked wrongly', async () => {
  const mcp = product(internet, { user: 'plain' })
  for (const args of [
    ['--profile', 'exa', '--read-only', '--mode', 'monitor'],
    ['--profile', 'exa', '--trial', 'soon'],
    ['--profile', 'exa', '--trial', '0'],
    ['trial', 'end'],
    ['trial', 'end', '--profile', 'exa'],
    ['trial', 'begin'],
  ])
    expect((await mcp.run(args)).code, args.join(' ')).toBe(2)
})
