import { Client as NewClient } from '@modelcontextprotocol/client'
import { StdioClientTransport as NewTransport } from '@modelcontextprotocol/client/stdio'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { history } from '../fixtures/product/history.ts'
import { nothingLeft, tracesOf } from '../fixtures/product/leftovers.ts'
import { bundledServer, mcpCommand } from '../fixtures/product/mcp-command.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'

const PROFILE = 'name: p\negress:\n  - { host: api.test, ports: [5432], protocol: opaque }\n'
const GOOD = { name: 'reach', arguments: { host: 'api.test', port: 5432 } }
const BAD = { name: 'reach', arguments: { host: 'evil.test', port: 5432 } }
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'

interface Notice {
  readonly method: string
  readonly params?: unknown
}

/** The server's own answer as it is, and what is told with it. */
const STOPPED = [
  { type: 'text', text: 'ECONNRESET' },
  {
    type: 'text',
    text: '[mcp-run] While this call ran, the server tried to reach evil.test:5432, which its profile does not declare. The connection was stopped.',
  },
]

const ABOUT_EVIL = {
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: expect.objectContaining({
    level: 'warning',
    logger: 'mcp-run',
    data: expect.objectContaining({
      message: expect.stringContaining('evil.test:5432'),
      server: 'p',
      reason: 'undeclared',
      action: 'denied',
      allow: expect.stringMatching(
        /^add `- \{host: evil\.test, port: 5432, protocol: opaque\}` to egress in .*p\.yaml$/,
      ),
    }),
  }),
}

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let command: (server: string, ...args: string[]) => ReturnType<typeof mcpCommand>
  let notices: Notice[]
  let close: () => Promise<void>
  beforeEach(() => {
    mcp = product(internet, { user })
    const profile = mcp.profile('p', PROFILE)
    command = (server, ...args) =>
      mcpCommand(internet, mcp, ['--profile', profile, '--', 'node', bundledServer(mcp, server), ...args])
    notices = []
  })
  afterEach(() => close())
  const keep = async (notice: Notice): Promise<void> => void notices.push(notice)
  const messages = () => notices.filter(({ method }) => method === 'notifications/message')

  const connectOld = async (...server: [string, ...string[]]) => {
    const client = new Client({ name: 'test', version: '1.0.0' })
    client.fallbackNotificationHandler = keep
    close = () => client.close()
    const transport = new StdioClientTransport({ ...command(...server), stderr: 'ignore' })
    await client.connect(transport)
    return { client, transport }
  }
  const connectNew = async (server: string, mode: 'auto' | { pin: string }) => {
    const client = new NewClient({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } })
    client.fallbackNotificationHandler = keep
    close = () => client.close()
    const transport = new NewTransport({ ...command(server), stderr: 'ignore' })
    await client.connect(transport)
    return { client, transport }
  }

  it.each(['reach-server-2025', 'reach-server-2026'])('serves a client of 2025 with %s', async (server) => {
    const { client, transport } = await connectOld(server)
    const traces = await tracesOf(mcp, transport.pid ?? 0)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['reach'])
    expect((await client.callTool(GOOD)).content).toEqual([{ type: 'text', text: 'hello' }])
    expect(messages()).toEqual([])
    expect((await client.callTool(BAD)).content).toEqual(STOPPED)
    await client.ping()
    expect(messages()).toContainEqual(ABOUT_EVIL)
    await client.close()
    await nothingLeft(mcp, traces)
    const seen = history(mcp.store, 'p')
    expect(seen.sessions).toMatchObject([{ end: 'exited', exit_code: 0 }])
    expect(seen.flows.map(({ name, action }) => `${name} ${action}`)).toEqual([
      'api.test allowed',
      'evil.test denied',
    ])
  })

  it('keeps to the level that a client of 2025 sets', async () => {
    const { client } = await connectOld('reach-server-2025', 'logging')
    await client.setLoggingLevel('error')
    await client.callTool(BAD)
    await client.ping()
    expect(messages()).toEqual([])
    expect(history(mcp.store, 'p').alerts).not.toEqual([])
  })

  it.each([
    ['that insists on it', { pin: '2026-07-28' }],
    ['that tries it first', 'auto' as const],
  ])('serves a client of 2026-07-28 %s', async (_, mode) => {
    const { client, transport } = await connectNew('reach-server-2026', mode)
    const traces = await tracesOf(mcp, transport.pid ?? 0)
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['reach'])
    expect((await client.callTool(GOOD)).content).toEqual([{ type: 'text', text: 'hello' }])
    const asked = { ...BAD, _meta: { [LOG_LEVEL]: 'warning' } }
    expect((await client.callTool(asked)).content).toEqual(STOPPED)
    expect(messages()).toContainEqual(ABOUT_EVIL)
    await client.close()
    await nothingLeft(mcp, traces)
    expect(history(mcp.store, 'p').sessions.every(({ ended_at }) => ended_at !== null)).toBe(true)
  })

  it('sends no log message to a client of 2026-07-28 that did not ask', async () => {
    const { client } = await connectNew('reach-server-2026', { pin: '2026-07-28' })
    await client.callTool(BAD)
    await client.callTool(GOOD)
    expect(messages()).toEqual([])
    expect(history(mcp.store, 'p').alerts).not.toEqual([])
  })

  it('lets a client of both eras fall back to what the server speaks', async () => {
    const { client } = await connectNew('reach-server-2025', 'auto')
    expect(client.getNegotiatedProtocolVersion()).not.toBe('2026-07-28')
    expect((await client.callTool(GOOD)).content).toEqual([{ type: 'text', text: 'hello' }])
    await client.callTool(BAD)
    await client.ping()
    expect(messages()).toContainEqual(ABOUT_EVIL)
  })
})
