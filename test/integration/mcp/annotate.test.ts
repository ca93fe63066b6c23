import { Client as NewClient } from '@modelcontextprotocol/client'
import { StdioClientTransport as NewTransport } from '@modelcontextprotocol/client/stdio'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildBridge, SAY_SERVER_2026, SDK_SERVER } from '../../fixtures/mcp/bridge-process.ts'

let bridge: Awaited<ReturnType<typeof buildBridge>>
let close: () => Promise<void>
beforeAll(async () => {
  bridge = await buildBridge()
})
afterAll(() => bridge.remove())
afterEach(() => close())

type Say = (text: string) => Promise<{ content: unknown; structuredContent?: unknown }>

const command = (server: string) => ({
  command: process.execPath,
  args: [bridge.main, process.execPath, server],
  stderr: 'ignore' as const,
})

async function oldClient(server: string): Promise<Say> {
  const client = new Client({ name: 'test', version: '1.0.0' })
  close = () => client.close()
  await client.connect(new StdioClientTransport(command(server)))
  await client.listTools()
  return async (text) =>
    (await client.callTool({ name: 'say', arguments: { text } })) as Awaited<ReturnType<Say>>
}

async function newClient(server: string): Promise<Say> {
  const options = { versionNegotiation: { mode: { pin: '2026-07-28' } } }
  const client = new NewClient({ name: 'test', version: '1.0.0' }, options)
  close = () => client.close()
  await client.connect(new NewTransport(command(server)))
  await client.listTools()
  return async (text) =>
    (await client.callTool({ name: 'say', arguments: { text } })) as Awaited<ReturnType<Say>>
}

const ours = (kind: string) => ({ type: 'text', text: `${kind}: say` })
const text = (said: string) => ({ type: 'text', text: said })

describe.each([
  ['2025', oldClient, SDK_SERVER, false],
  ['2025, structured', oldClient, SAY_SERVER_2026, true],
  ['2026-07-28', newClient, SAY_SERVER_2026, true],
])('a client of %s', (_era, connect, server, isStructured) => {
  it('gets our text in the result of the call that it is tied to, and in no other', async () => {
    const say = await connect(server)
    expect((await say('before')).content).toEqual([text('before')])
    const annotated = await say('annotate-me "\u2028é😀\\')
    expect(annotated.content).toEqual([text('annotate-me "\u2028é😀\\'), ours('one')])
    if (isStructured) expect(annotated.structuredContent).toEqual({ said: 'annotate-me "\u2028é😀\\' })
    expect((await say('after')).content).toEqual([text('after')])
  })

  it('gets it in a result of megabytes, and beside other calls', async () => {
    const say = await connect(server)
    const large = `annotate-me ${'x'.repeat(3_000_000)}`
    expect((await say(large)).content).toEqual([text(large), ours('one')])
    const texts = ['plain', 'annotate-me, please', 'y'.repeat(300_000), 'plain too']
    const results = await Promise.all(texts.map(say))
    const added = { type: 'text', text: expect.stringMatching(/^(one|ambiguous): say$/) }
    expect(results.map(({ content }) => content)).toEqual(
      texts.map((said) => [text(said), ...(said.startsWith('annotate-me') ? [added] : [])]),
    )
  })
})
