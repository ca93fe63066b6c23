import { expect, test } from 'vitest'
import { ListedTools, MAX_ANSWER_BYTES } from '../../../runtime/mcp/listed-tools.ts'
import { type MessageFacts, noFacts } from '../../../runtime/mcp/message-facts.ts'
import type { ListedAnswer } from '../../../runtime/model/traits.ts'

function setUp() {
  const answers: ListedAnswer[] = []
  const tools = new ListedTools((answer) => answers.push(answer))
  const ask = (id: string, method = 'tools/list'): void => {
    const facts: MessageFacts = { ...noFacts(), id, method }
    tools.fromClient(facts)
  }
  const say = (value: unknown, cut = Number.POSITIVE_INFINITY): void => {
    const bytes = Buffer.from(`${typeof value === 'string' ? value : JSON.stringify(value)}\n`)
    for (let at = 0; at < bytes.length; at += cut) tools.fromServer(bytes.subarray(at, at + cut))
  }
  const names = () => answers.map(({ tools: listed }) => listed.map(({ name }) => name).join())
  return { tools, ask, say, answers, names }
}

const listed = (id: unknown, tools: unknown, more = {}) => ({
  jsonrpc: '2.0',
  id,
  result: { tools, ...more },
})
const TOOL = { name: 'send', description: 'Sends', inputSchema: { type: 'object' } }

test.each([1, 7, 4096])('an answer in chunks of %s bytes', (cut) => {
  const { ask, say, answers } = setUp()
  say({ jsonrpc: '2.0', method: 'notifications/message' }, cut)
  ask('1')
  say({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }, cut)
  say(listed(1, [TOOL]), cut)
  const rest = { inputSchema: { type: 'object' } }
  expect(answers).toEqual([
    { tools: [{ name: 'send', description: 'Sends', rest }], last: true, more: false },
  ])
})

test('each page, each time that it is asked for, and in both eras', () => {
  const { ask, say, answers, names } = setUp()
  ask('"a"')
  say(listed('a', [TOOL], { nextCursor: '2' }))
  ask('"b"')
  say(listed('b', [{ ...TOOL, name: 'look' }], { resultType: 'complete', ttlMs: 0, cacheScope: 'private' }))
  ask('3')
  say([{ jsonrpc: '2.0', id: 9, result: {} }, listed(3, [TOOL])])
  expect(names()).toEqual(['send', 'look', 'send'])
  expect(answers.map(({ last }) => last)).toEqual([false, true, true])
})

test('what nobody asked for is no list', () => {
  const { ask, say, names } = setUp()
  say(listed(1, [TOOL]))
  ask('1', 'tools/call')
  say(listed(1, [TOOL]))
  ask('2')
  say(listed('2', [TOOL]))
  say({ jsonrpc: '2.0', id: 2, error: { code: 1, message: 'no' } })
  say('no JSON')
  expect(names()).toEqual([])
  say(listed(2, [TOOL]))
  say(listed(2, [{ ...TOOL, name: 'again' }]))
  expect(names()).toEqual(['send'])
})

test('a line that was begun before the question is not the answer to it', () => {
  const { tools, ask, say, names } = setUp()
  tools.fromServer(Buffer.from('{"jsonrpc":"2.0","id":1,'))
  ask('1')
  tools.fromServer(
    Buffer.from(`"result":{"tools":[${JSON.stringify(TOOL)}]}}\n${JSON.stringify(listed(1, [TOOL]))}\n`),
  )
  say(listed(1, [TOOL]))
  expect(names()).toEqual(['send'])
})

test('tools of any form, and more of them than are read', () => {
  const { ask, say, answers } = setUp()
  ask('1')
  say(listed(1, [null, 7, {}, { name: 7 }, { name: 'x'.repeat(5000), description: { text: 1 } }]))
  expect(answers[0]?.tools).toMatchObject([{ description: null, rest: { description: { text: 1 } } }])
  expect(answers[0]?.tools[0]?.name).toHaveLength(256)
  ask('2')
  say(listed(2, Array(600).fill(TOOL)))
  expect([answers[1]?.tools.length, answers[1]?.more]).toEqual([512, true])
  ask('3')
  say(listed(3, [{ ...TOOL, description: 'x'.repeat(MAX_ANSWER_BYTES) }]))
  expect(answers[2]).toEqual({ tools: [], last: false, more: true })
})

test('what is nested without end is more than is told apart, and fails nobody', () => {
  const { ask, say, answers, names } = setUp()
  ask('1')
  const deep = `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`
  say(
    `{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"deep","inputSchema":${deep}},${JSON.stringify(TOOL)}]}}`,
  )
  expect(names()).toEqual(['send'])
  expect(answers).toMatchObject([{ last: true, more: true }])
})
