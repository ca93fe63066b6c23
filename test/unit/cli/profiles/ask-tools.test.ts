import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { askTools } from '../../../../cli/profiles/ask-tools.ts'
import { startConversation } from '../../../../cli/profiles/conversation.ts'

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Record<string, unknown>
  readonly [field: string]: unknown
}

/** A server that answers each message with what `answer` returns, where that is something. */
function stub(answer: (message: Message) => object | 'end' | null) {
  const [stdin, stdout] = [new PassThrough(), new PassThrough()]
  const got: Message[] = []
  stdin.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter(Boolean)) {
      const message: Message = JSON.parse(line)
      got.push(message)
      const reply = answer(message)
      if (reply === 'end') stdout.end()
      else if (reply !== null)
        stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, ...reply })}\n`)
    }
  })
  return { stdin, stdout, got }
}

const TOOLS = { result: { tools: [{ name: 'search' }, 'odd', { name: 'other' }] } }
const CALL = { tool: 'search', arguments: { query: 'mcp' } }
const ask = (server: ReturnType<typeof stub>, call: typeof CALL | null = CALL) =>
  askTools(startConversation(server), call, '1.0.0')

describe('askTools', () => {
  it('greets, lists, calls', async () => {
    const server = stub(({ method }) => {
      if (method === 'notifications/initialized') return null
      return method === 'tools/list' ? TOOLS : { result: {} }
    })
    expect(await ask(server)).toBeNull()
    expect(server.got.map(({ method }) => method)).toEqual([
      ...['initialize', 'notifications/initialized', 'tools/list', 'tools/call'],
    ])
    expect(server.got.at(-1)?.params).toEqual({ name: 'search', arguments: { query: 'mcp' } })
  })

  it('without a greeting, as from revision 2026-07-28 on, each request says who asks', async () => {
    const server = stub(({ method, params }) => {
      if (method === 'initialize') return { error: { code: -32_601, message: 'Method not found' } }
      if (params?._meta === undefined) return { error: { code: -32_602, message: 'no _meta' } }
      return method === 'tools/list' ? TOOLS : { result: {} }
    })
    expect(await ask(server)).toBeNull()
    expect(server.got.map(({ method }) => method)).toEqual(['initialize', 'tools/list', 'tools/call'])
    expect(server.got.at(-1)?.params?._meta).toMatchObject({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    })
  })

  it('a call that fails is no finding; a tool that is gone is one', async () => {
    const server = () =>
      stub(({ method }) => {
        if (method === 'tools/call') return { error: { code: 1, message: 'fetch failed' } }
        return method === 'tools/list' ? TOOLS : { result: {} }
      })
    expect(await ask(server())).toBeNull()
    expect(await ask(server(), null)).toBeNull()
    const without = server()
    expect(await ask(without, { ...CALL, tool: 'gone' })).toBe('has no tool gone any more')
    expect(without.got.map(({ method }) => method)).not.toContain('tools/call')
  })

  it('an end before the tools are known is one, whenever it comes', async () => {
    await expect(ask(stub(() => 'end'))).rejects.toThrow('it ended')
    await expect(
      ask(stub(({ method }) => (method === 'initialize' ? { result: {} } : 'end'))),
    ).rejects.toThrow('it ended')
    const gone = stub(() => null)
    gone.stdout.destroy()
    await new Promise((resolve) => gone.stdout.once('close', resolve))
    await expect(ask(gone)).rejects.toThrow('it ended')
  })

  it('a server that asks is answered, noise is passed over', async () => {
    const server = stub(({ method }) => {
      if (method === 'initialize') {
        server.stdout.write('not JSON\n[]\nnull\n{"jsonrpc":"2.0","method":"notifications/message"}\n')
        server.stdout.write('{"jsonrpc":"2.0","id":"p","method":"ping"}\n')
        server.stdout.write('{"jsonrpc":"2.0","id":7,"method":"roots/list"}\n')
      }
      if (method === undefined || method === 'notifications/initialized') return null
      return method === 'tools/list' ? TOOLS : { result: {} }
    })
    expect(await ask(server)).toBeNull()
    expect(server.got.filter(({ method }) => method === undefined)).toEqual([
      { jsonrpc: '2.0', id: 'p', result: {} },
      { jsonrpc: '2.0', id: 7, error: { code: -32_601, message: 'not supported' } },
    ])
  })
})
