import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import type { Notification } from '@modelcontextprotocol/sdk/types.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildBridge, SDK_SERVER } from '../../fixtures/mcp/bridge-process.ts'

let bridge: Awaited<ReturnType<typeof buildBridge>>
let client: Client
let notices: Notification[]
let stderr: string
beforeAll(async () => {
  bridge = await buildBridge()
})
afterAll(() => bridge.remove())
afterEach(() => client.close())

async function connect(...serverArgs: string[]) {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [bridge.main, process.execPath, SDK_SERVER, ...serverArgs],
    stderr: 'pipe',
  })
  stderr = ''
  transport.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  notices = []
  client = new Client({ name: 'test', version: '1.0.0' })
  client.fallbackNotificationHandler = async (notification) => {
    notices.push(notification)
  }
  client.onerror = (error) => {
    throw error
  }
  await client.connect(transport)
}

const say = (text: string) => client.callTool({ name: 'say', arguments: { text } })
const message = (level: string, data: object) => ({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { level, logger: 'mcp-run', data },
})
const STARTED = message('warning', { event: 'started' })
const asked = (level: string) => message(level, { event: 'asked', text: 'a\\x0ab' })

describe('the SDK’s client through the bridge', () => {
  it('lists tools and calls one, with large and with odd text', async () => {
    await connect()
    expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['say'])
    for (const text of ['hello', 'é€😀\u2028\r\n\u0000', 'x'.repeat(3_000_000)]) {
      expect((await say(text)).content).toEqual([{ type: 'text', text }])
    }
    await client.close()
    expect(stderr).toContain('[fixture] ready\n')
    expect(stderr).toContain('"reason":"server-ended"')
  })

  it('gets log messages from a server that does not declare logging, at warning and above', async () => {
    await connect()
    await say('notify-me:info')
    await say('notify-me:error')
    await say('notify-me:warning')
    expect(notices).toEqual([STARTED, asked('error'), asked('warning')])
  })

  it('gets them at the level that it sets', async () => {
    await connect('logging')
    await client.setLoggingLevel('info')
    await say('notify-me:info')
    await client.setLoggingLevel('critical')
    await say('notify-me:error')
    expect(notices).toEqual([STARTED, asked('info')])
  })

  it('works with many calls in flight', async () => {
    await connect()
    const texts = Array.from({ length: 10 }, (_, index) => `${index} ${'y'.repeat(index * 30_000)}`)
    const results = await Promise.all(texts.map((text) => say(text)))
    expect(results.map((result) => result.content)).toEqual(texts.map((text) => [{ type: 'text', text }]))
  })
})
