import { describe, expect, it } from 'vitest'
import type { BridgeOptions } from '../../../runtime/mcp/bridge-types.ts'
import { createCallTracker } from '../../../runtime/mcp/call-tracker.ts'
import { bridgeRig, INITIALIZED, notice, settle } from './bridge-rig.ts'

const call = (id: number | string, name = 'send') =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: {} } })}\n`
const answer = (id: number | string, content = '[{"type":"text","text":"sent"}]') =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"content":${content},"n":1.0}}\n`
const annotated = (id: number | string, ...texts: string[]) => {
  const added = texts.map((text) => `,${JSON.stringify({ type: 'text', text })}`).join('')
  return answer(id, `[{"type":"text","text":"sent"}${added}]`)
}
const LOG = '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}\n'

function rig(options: Partial<BridgeOptions> = {}) {
  const calls = createCallTracker()
  return { calls, ...bridgeRig({ calls, ...options }) }
}

type Rig = ReturnType<typeof rig>

async function ask(to: Rig, ...lines: string[]): Promise<void> {
  for (const line of lines) to.client.stdin.write(line)
  await settle()
}

async function write(from: Rig, ...pieces: string[]): Promise<void> {
  for (const piece of pieces) {
    from.server.stdout.write(piece)
    await settle()
  }
}

describe('the calls that the bridge tells of', () => {
  it('are open as soon as the server can know of them, and until its answer', async () => {
    const to = rig()
    let seen: unknown
    to.server.stdin.once('data', () => queueMicrotask(() => (seen = to.calls.attribution().calls[0]?.tool)))
    await ask(to, call(1))
    expect(seen).toBe('send')
    await write(to, '{"jsonrpc":"2.0","id":1,"result"', ':{}}')
    expect(to.calls.isOpen('1')).toBe(true)
    await write(to, '\n')
    expect(to.calls.isOpen('1')).toBe(false)
  })

  it('are heard byte for byte, whatever is added', async () => {
    const heard = { client: '', server: '' }
    const to = rig({
      overhear: {
        fromClient: (bytes) => (heard.client += bytes),
        fromServer: (bytes) => (heard.server += bytes),
      },
    })
    await ask(to, call(1))
    to.bridge.annotate('1', 'note')
    await write(to, LOG, answer(1).slice(0, 30), answer(1).slice(30))
    expect(heard).toEqual({ client: call(1), server: LOG + answer(1) })
  })
})

describe('an annotation', () => {
  it.each<[name: string, pieces: string[], expected: string]>([
    ['of a result', [answer(1)], annotated(1, 'note')],
    ['of one in pieces', ['{"jsonrpc":"2.0","id":1,', answer(1).slice(24)], annotated(1, 'note')],
    [
      'after other lines',
      [LOG, '\n', answer(2), LOG + answer(1)],
      `${LOG}\n${answer(2)}${LOG}${annotated(1, 'note')}`,
    ],
    [
      'between lines of one chunk',
      [`${LOG}${answer(1)}${answer(2)}{"cut`],
      `${LOG}${annotated(1, 'note')}${answer(2)}{"cut`,
    ],
    ['once', [answer(1), answer(1)], annotated(1, 'note') + answer(1)],
    ['not of the text of its id', [answer('1'), answer(1)], answer('1') + annotated(1, 'note')],
    [
      'not of a line that is none',
      ['ready\n{"jsonrpc":"2.0","id":1,"result":{"content":[]},}\n'],
      'ready\n{"jsonrpc":"2.0","id":1,"result":{"content":[]},}\n',
    ],
    [
      'not of an error',
      ['{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}\n', answer(1)],
      `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}\n${answer(1)}`,
    ],
    ['not of a batch', [`[${answer(1).trim()}]\n`], `[${answer(1).trim()}]\n`],
    [
      'not of doubled names',
      ['{"jsonrpc":"2.0","id":1,"result":{"content":[],"content":[]}}\n'],
      '{"jsonrpc":"2.0","id":1,"result":{"content":[],"content":[]}}\n',
    ],
  ])('%s', async (_name, pieces, expected) => {
    const to = rig()
    await ask(to, call(1), call(2))
    expect(to.bridge.annotate('1', 'note')).toBe(true)
    await write(to, ...pieces)
    expect(to.toClient.text()).toBe(expected)
  })

  it('holds lines only until its result has gone', async () => {
    const to = rig()
    await ask(to, call(1))
    await write(to, '{"at once')
    expect(to.toClient.text()).toBe('{"at once')
    to.bridge.annotate('1', 'note')
    await write(to, '":1}', '\n{"held"')
    expect(to.toClient.text()).toBe('{"at once":1}\n')
    await write(to, `:2}\n${answer(1)}{"at on`, 'ce')
    expect(to.toClient.text()).toBe(`{"at once":1}\n{"held":2}\n${annotated(1, 'note')}{"at once`)
  })

  it('holds nothing more once its call is cancelled', async () => {
    const to = rig()
    await ask(to, call(1))
    to.bridge.annotate('1', 'note')
    await ask(to, '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n')
    await write(to, '{"at once')
    expect(to.toClient.text()).toBe('{"at once')
    expect(to.bridge.annotate('1', 'note')).toBe(false)
  })

  it('may be one of several, of several calls', async () => {
    const to = rig()
    await ask(to, call(1), call('b'))
    const added = ['1', '"b"', '1', '1', '1', '1', '2'].map((id, at) => to.bridge.annotate(id, `note ${at}`))
    expect(added).toEqual([true, true, true, true, true, false, false])
    await write(to, answer('b') + answer(1))
    expect(to.toClient.text()).toBe(
      annotated('b', 'note 1') + annotated(1, 'note 0', 'note 2', 'note 3', 'note 4'),
    )
  })

  it.each<[name: string, id: string, before: string[]]>([
    ['before it is asked', '1', []],
    ['after its result', '1', [answer(1)]],
    ['to another id', '2', []],
  ])('is refused %s', async (name, id, before) => {
    const to = rig()
    await ask(to, ...(name.startsWith('before') ? [] : [call(1)]))
    await write(to, ...before)
    expect(to.bridge.annotate(id, 'note')).toBe(false)
  })

  it('is refused where no calls are followed', async () => {
    const to = bridgeRig()
    to.client.stdin.write(call(1))
    await settle()
    expect(to.bridge.annotate('1', 'note')).toBe(false)
  })

  it('is left out of a result that was on its way, whose bytes stay as they are', async () => {
    const to = rig()
    await ask(to, call(1))
    await write(to, answer(1).slice(0, 40))
    expect(to.bridge.annotate('1', 'note')).toBe(true)
    await write(to, `${answer(1).slice(40)}{"at once`)
    expect(to.toClient.text()).toBe(`${answer(1)}{"at once`)
  })

  it('lets log messages out while a line is held', async () => {
    const to = rig()
    await ask(to, INITIALIZED, call(1))
    to.bridge.annotate('1', 'note')
    await write(to, answer(1).slice(0, 40))
    to.bridge.notify('error', { n: 1 })
    await settle()
    expect(to.toClient.text()).toBe(notice('error', { n: 1 }))
    await write(to, answer(1).slice(40))
    expect(to.toClient.text()).toBe(notice('error', { n: 1 }) + annotated(1, 'note'))
  })

  it('gives out what is held when the server ends', async () => {
    const to = rig()
    await ask(to, call(1))
    to.bridge.annotate('1', 'note')
    to.server.stderr.end()
    to.server.stdout.end(`${LOG}{"cut`)
    expect(await to.bridge.done).toEqual({ reason: 'server-ended' })
    expect(to.toClient.text()).toBe(`${LOG}{"cut`)
  })

  it('holds no more than a line may have', async () => {
    const to = rig({ maxLineBytes: 400 })
    await ask(to, call(1))
    to.bridge.annotate('1', 'note')
    to.server.stdout.write(LOG)
    to.server.stdout.write('x'.repeat(300))
    to.server.stdout.write('x'.repeat(101))
    expect(await to.bridge.done).toMatchObject({ reason: 'line-too-long', direction: 'to-client' })
    await settle()
    expect(to.toClient.text()).toBe(LOG)
  })

  it('leaves every other byte as it was, however the bytes are cut', async () => {
    const lines = Buffer.from(`${LOG}é\xff\n\r\n${answer(2)}${answer(1)}${LOG}tail`)
    const expected = `${LOG}é\xff\n\r\n${answer(2)}${annotated(1, 'note')}${LOG}tail`
    for (let size = 1; size < 60; size += 7) {
      const to = rig()
      await ask(to, call(1), call(2))
      to.bridge.annotate('1', 'note')
      for (let at = 0; at < lines.length; at += size) to.server.stdout.write(lines.subarray(at, at + size))
      await settle()
      expect(to.toClient.text()).toBe(expected)
    }
  })
})
