import { describe, expect, it } from 'vitest'
import { createReadOnlyGate, type RefusedCall } from '../../../runtime/mcp/read-only-gate.ts'

const tool = (name: string, annotations: string): string =>
  `{"name":${JSON.stringify(name)}, "n":1.0e2,"annotations":${annotations}}`
const READS = '{"readOnlyHint":true}'
const WRITES = '{"readOnlyHint":false}'
const list = (tools: readonly string[], id = '1'): string =>
  `{"jsonrpc":"2.0","id":${id},"result":{"tools":[${tools.join(' , ')}],"nextCursor":"\\u0061","big":12345678901234567890}}`
const call = (name: string, id = '7'): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":${JSON.stringify(name)},"arguments":{}}}`

function gated() {
  const refused: RefusedCall[] = []
  const unclear: string[] = []
  const counts: { hidden: number; listed: number }[] = []
  const gate = createReadOnlyGate({
    onRefused: (one) => refused.push(one),
    onUnclear: (from) => unclear.push(from),
    onHidden: (count) => counts.push(count),
  })
  return {
    ...{ refused, unclear, counts },
    server: (text: string): string => gate.fromServer(Buffer.from(`${text}\n`)).toString(),
    client: (text: string | Buffer): { passed: string; answer: unknown } => {
      const line = Buffer.concat([Buffer.from(text), Buffer.from('\n')])
      const { toServer, answer } = gate.fromClient(line)
      return { passed: toServer.toString(), answer: answer === null ? null : JSON.parse(answer.toString()) }
    },
  }
}

const error = (code: number, message: RegExp) => ({
  code,
  message: expect.stringMatching(message),
  data: { reason: 'read-only' },
})

describe('lists of tools', () => {
  it('lose what does not say that it only reads, and no other byte', () => {
    const { server, counts } = gated()
    const [a, b, c] = [tool('a', READS), tool('b', WRITES), tool('c', READS)]
    expect(server(list([a, b, c]))).toBe(`${list([a, c]).replace(' , ', ',')}\n`)
    expect(counts).toEqual([{ hidden: 1, listed: 3 }])
  })

  it('stay as they are where all only read', () => {
    const text = list([tool('a', READS), tool('b', READS)])
    expect(gated().server(text)).toBe(`${text}\n`)
  })

  it.each<[string, string]>([
    ['no annotations', '{"name":"x"}'],
    ['a word for true', tool('x', '{"readOnlyHint":"true"}')],
    ['a number', tool('x', '{"readOnlyHint":1}')],
    ['null', tool('x', 'null')],
    ['the hint twice', tool('x', '{"readOnlyHint":false,"readOnlyHint":true}')],
    ['the hint in two spellings', tool('x', '{"readonlyhint":false,"readOnlyHint":true}')],
    ['the hint in another spelling alone', tool('x', '{"ReadOnlyHint":true}')],
    ['annotations twice', `{"name":"x","annotations":${WRITES},"annotations":${READS}}`],
    ['annotations in two spellings', `{"name":"x","annotation\u017f":${WRITES},"annotations":${READS}}`],
    ['a name twice', `{"name":"x","name":"y","annotations":${READS}}`],
    ['a name that is none', `{"name":5,"annotations":${READS}}`],
    ['a name beyond bounds', tool('x'.repeat(300), READS)],
    ['a name with half a character', `{"name":"\\ud800","annotations":${READS}}`],
    ['a hint elsewhere', '{"name":"x","readOnlyHint":true,"annotations":{}}'],
  ])('hide a tool with %s', (_, text) => {
    expect(gated().server(list([tool('a', READS), text]))).toBe(`${list([tool('a', READS)])}\n`)
  })

  it('hide a name that is there twice, once as one that writes', () => {
    const { server, client } = gated()
    expect(server(list([tool('x', READS), tool('x', WRITES)]))).toBe(`${list([])}\n`)
    expect(client(call('x')).passed).toBe('')
  })

  it('are read page by page, under any id, in batches, and after a change', () => {
    const { server, client } = gated()
    server(list([tool('x', READS)]))
    expect(server(`[${list([tool('y', READS)], '"p"')},${list([tool('z', WRITES)], '3')}]`)).toBe(
      `[${list([tool('y', READS)], '"p"')},${list([], '3')}]\n`,
    )
    expect(client(call('x')).passed).not.toBe('')
    expect(client(call('y')).passed).not.toBe('')
    expect(server(list([tool('x', WRITES)]))).toBe(`${list([])}\n`)
    expect(server(list([tool('x', READS)]))).toBe(`${list([])}\n`)
    expect(client(call('x')).passed).toBe('')
  })

  it.each<[string, string]>([
    [
      'a list that is there twice',
      `{"jsonrpc":"2.0","id":4,"result":{"tools":[],"tools":[${tool('x', READS)}]}}`,
    ],
    [
      'a list in two spellings',
      `{"jsonrpc":"2.0","id":4,"result":{"tools":[],"Tools":[${tool('x', READS)}]}}`,
    ],
    ['no list', '{"jsonrpc":"2.0","id":4,"result":{"tools":{}}}'],
    ['something else than tools', '{"jsonrpc":"2.0","id":4,"result":{"tools":[1]}}'],
  ])('are refused with an error: %s', (_, text) => {
    const { server, client, unclear } = gated()
    expect(JSON.parse(server(text))).toEqual({
      jsonrpc: '2.0',
      id: 4,
      error: error(-32603, /more than one way/),
    })
    expect(unclear).toEqual(['server'])
    expect(client(call('x')).passed).toBe('')
  })

  it.each<[string, string]>([
    ['a result twice', `{"jsonrpc":"2.0","id":4,"result":{},"result":{"tools":[${tool('x', WRITES)}]}}`],
    ['no JSON', `${list([tool('x', WRITES)])}]`],
    ['a log line', 'ready'],
    ['a word alone', '"ready"'],
    ['a list that is a line of its own for some', `{"method":"x","params":\r${list([tool('x', WRITES)])}\r}`],
  ])('are dropped where nobody can be answered: %s', (_, text) => {
    expect(gated().server(text)).toBe('')
  })

  it.each([
    '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"tools"}],"structuredContent":{"tools":[1]}}}',
    '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}',
    '{"jsonrpc":"2.0","id":5,"method":"sampling/createMessage","params":{"tools":[{"name":"x"}]}}',
    '{"jsonrpc":"2.0","id":0,"result":{"capabilities":{"tools":{"listChanged":true}}}}',
    '',
  ])('leave alone what is none: %s', (text) => {
    expect(gated().server(text)).toBe(`${text}\n`)
  })
})

describe('calls', () => {
  const ready = () => {
    const made = gated()
    made.server(list([tool('read', READS), tool('write', WRITES), tool('\u00e9', READS)]))
    return made
  }

  it('pass unchanged where the tool only reads', () => {
    const { client, refused } = ready()
    expect(client(call('read'))).toEqual({ passed: `${call('read')}\n`, answer: null })
    const escaped = '{"id":1,"m\\u0065thod":"tools\\/call","params":{"n\\u0061me":"re\\u0061d"}}'
    expect(client(escaped).passed).toBe(`${escaped}\n`)
    expect(refused).toEqual([])
  })

  it.each<[string, string, RegExp]>([
    [
      'a tool that writes',
      'write',
      /^mcp-run: this session is read-only: "write" does not say that it only reads/,
    ],
    ['a tool that was not listed', 'delete', /list its tools first/],
    ['a name in capitals', 'READ', /has not listed "READ"/],
    ['the same letters composed otherwise', 'e\u0301', /has not listed/],
    ['a name with a space', 'read ', /has not listed/],
    ['a name with control characters', 'read\u0000\u001b[2J', /has not listed "read\\/],
    ['a name of an object of its own', '__proto__', /has not listed/],
  ])('are refused: %s', (_, name, message) => {
    const { client, refused } = ready()
    expect(client(call(name))).toEqual({
      passed: '',
      answer: { jsonrpc: '2.0', id: 7, error: error(-32602, message) },
    })
    expect(refused).toEqual([{ id: '7', tool: name }])
  })

  it('are refused before any list', () => {
    expect(gated().client(call('read')).answer).toMatchObject({ error: { code: -32602 } })
  })

  it('are answered by the id as it was written', () => {
    const gate = createReadOnlyGate({ onRefused: () => {}, onHidden: () => {}, onUnclear: () => {} })
    const { answer } = gate.fromClient(Buffer.from(call('x', '12345678901234567890')))
    expect(answer?.toString()).toContain('"id":12345678901234567890,')
    expect(gated().client(call('x', '"a\\"b"')).answer).toMatchObject({ id: 'a"b' })
  })

  it('of one id are judged each for itself', () => {
    const { client } = ready()
    expect(client(call('read', '1')).passed).not.toBe('')
    expect(client(call('write', '1')).passed).toBe('')
    expect(client(call('read', '1')).passed).not.toBe('')
  })

  it.each<[string, string, number | null]>([
    ['a method twice', '{"id":7,"method":"ping","method":"tools/call","params":{"name":"read"}}', null],
    [
      'a method in two spellings',
      '{"id":7,"Method":"tools/call","method":"ping","params":{"name":"write"}}',
      null,
    ],
    [
      'params in two spellings',
      '{"id":7,"method":"tools/call","param\u017f":{"name":"write"},"params":{"name":"read"}}',
      null,
    ],
    ['a name twice', '{"id":7,"method":"tools/call","params":{"name":"write","name":"read"}}', 7],
    [
      'a method beyond bounds',
      `{"id":7,"method":"tools/call${' '.repeat(300)}","params":{"name":"write"}}`,
      7,
    ],
    ['a name in two spellings', '{"id":7,"method":"tools/call","params":{"NAME":"write","name":"read"}}', 7],
    ['another way to spell the method', '{"id":7,"method":"Tools/Call","params":{"name":"read"}}', 7],
    ['a method with what cannot be seen', '{"id":7,"method":"tools/\u200bcall","params":{"name":"read"}}', 7],
    ['a method of tools that is not known', '{"id":7,"method":"tools/run","params":{"name":"read"}}', 7],
    ['a method that is no text', '{"id":7,"method":["tools/call"],"params":{"name":"read"}}', 7],
  ])('are refused where servers may read them in two ways: %s', (_, text, id) => {
    const { client, unclear } = ready()
    const { passed, answer } = client(text)
    expect(passed).toBe('')
    expect(answer).toEqual(
      id === null ? null : { jsonrpc: '2.0', id, error: error(-32600, /more than one way/) },
    )
    expect(unclear).toEqual(['client'])
  })

  it.each<[string, string | Buffer]>([
    ['no JSON', `${call('read')} x`],
    ['two messages in a line', `${call('read')}${call('write')}`],
    [
      'a call that is a line of its own for some',
      `{"method":"notifications/x","params":\r${call('write')}\r}`,
    ],
    ['a mark of byte order', `\ufeff${call('write')}`],
    ['no UTF-8', Buffer.concat([Buffer.from(call('read').slice(0, -1)), Buffer.from([0xff, 0x7d])])],
  ])('are refused: %s', (_, text) => {
    const { client } = ready()
    expect(client(text)).toEqual({
      passed: '',
      answer: { jsonrpc: '2.0', id: null, error: error(-32700, /not JSON/) },
    })
  })

  it('in a batch go on together or not at all', () => {
    const { client, refused } = ready()
    const both = `[${call('read', '1')},{"jsonrpc":"2.0","method":"notifications/x"},${call('write', '2')}]`
    const { passed, answer } = client(both)
    expect(passed).toBe('')
    expect(answer).toMatchObject([
      { id: 1, error: { code: -32600 } },
      { id: 2, error: { code: -32602 } },
    ])
    expect(refused).toEqual([{ id: '2', tool: 'write' }])
    const reading = `[${call('read', '1')},${call('read', '2')}]`
    expect(client(reading).passed).toBe(`${reading}\n`)
    expect(client(`[[${call('write')}]]`).passed).toBe('')
  })

  it('without an id are dropped', () => {
    const { client } = ready()
    expect(client('{"jsonrpc":"2.0","method":"tools/call","params":{"name":"write"}}')).toEqual({
      passed: '',
      answer: null,
    })
  })

  it.each([
    '{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}',
    '{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"x","name":"write"}}',
    '{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"write"}}',
    '{"jsonrpc":"2.0","id":1,"result":{"name":"write","method":"tools/call"}}',
    '  ',
  ])('are no other message: %s', (text) => {
    expect(gated().client(text)).toEqual({ passed: `${text}\n`, answer: null })
  })
})
