import { expect, test } from 'vitest'
import { MAX_LIST_TEXT } from '../../../runtime/mcp/list-answers.ts'
import { ListedTools } from '../../../runtime/mcp/listed-tools.ts'
import { type MessageFacts, noFacts } from '../../../runtime/mcp/message-facts.ts'
import { MAX_TOOL_TEXT } from '../../../runtime/mcp/tool-text.ts'
import { canonical } from '../../../runtime/model/canonical-json.ts'
import type { ListedAnswer } from '../../../runtime/model/traits.ts'
import { seededRandom } from '../../fixtures/mcp/seeded.mjs'

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
  const rest = new Map([['inputSchema', '{"type":"object"}']])
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
  expect(answers[0]?.tools).toMatchObject([
    { description: null, rest: new Map([['description', '{"text":1}']]) },
  ])
  expect(answers[0]?.tools[0]?.name).toHaveLength(256)
  ask('2')
  say(listed(2, Array(600).fill(TOOL)))
  expect([answers[1]?.tools.length, answers[1]?.more]).toEqual([512, true])
})

test('of a tool that is too long or too deep name and description are told, wherever they stand', () => {
  const { ask, say, answers } = setUp()
  const long = { ...TOOL, name: 'long', inputSchema: 'x'.repeat(MAX_TOOL_TEXT) }
  const many = { annotations: Array(MAX_TOOL_TEXT).fill(0), ...TOOL, name: 'many' }
  const deep = `{"inputSchema":${'{"a":'.repeat(300)}1${'}'.repeat(300)},"name":"deep","description":"Sends"}`
  ask('1')
  say(JSON.stringify(listed(1, [long, many, 'DEEP', TOOL])).replace('"DEEP"', deep))
  expect(answers).toMatchObject([{ last: true, more: true }])
  expect(answers[0]?.tools.map(({ name, description, rest }) => [name, description, rest === null])).toEqual([
    ...['long', 'many', 'deep'].map((name) => [name, 'Sends', true]),
    ['send', 'Sends', false],
  ])
})

test('a list that is too long is told as far as it is read, and that there is more', () => {
  const { ask, say, answers } = setUp()
  ask('1')
  const tool = (n: number) => ({ name: `t${n}`, description: 'x'.repeat(MAX_LIST_TEXT / 20 - 9) })
  say(
    listed(
      1,
      Array.from({ length: 30 }, (_, n) => tool(n)),
    ),
  )
  expect(answers).toMatchObject([{ tools: { length: 19 }, last: true, more: true }])
})

test.each([
  ['nested without end', `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`],
  ['with a number without end', '1'.repeat(2 * MAX_TOOL_TEXT)],
])('an answer %s, which some clients read, is more than is told apart', (_, value) => {
  const { ask, say, answers } = setUp()
  ask('1')
  say('no JSON')
  expect(answers).toEqual([])
  say(JSON.stringify(listed(1, [{ ...TOOL, inputSchema: 'IT' }])).replace('"IT"', value))
  expect(answers).toEqual([{ tools: [], last: false, more: true }])
  say(listed(1, [TOOL]))
  expect(answers[1]).toMatchObject({ tools: [{ name: 'send' }], more: false })
})

test('what some parsers take for the list and others do not is more than is told apart', () => {
  const { ask, say, answers } = setUp()
  const tools = JSON.stringify([TOOL])
  for (const [n, result] of [`"tools":${tools},"Tools":[]`, `"tools":[],"tools":${tools}`].entries()) {
    ask(`${n}`)
    say(`{"jsonrpc":"2.0","result":{${result}},"id":${n}}`)
  }
  expect(answers).toMatchObject([
    { tools: [{ name: 'send' }], more: true },
    { tools: [{ name: 'send' }], more: true },
  ])
})

test('the text of a tool is what JSON.stringify gives of it, members in order', () => {
  const random = seededRandom(7)
  const { ask, say, answers } = setUp()
  for (let n = 0; n < 300; n++) {
    const rest = { schema: anyValue(random, 5), ...(anyValue(random, 1, 'object') as object) }
    ask(`${n}`)
    say(listed(n, [{ name: 'x', ...rest }]), 1 + Math.floor(random() * 64))
    const told = answers[n]?.tools[0]?.rest ?? new Map()
    const expected = Object.entries(rest).filter(([name]) => name !== 'name' && name !== 'description')
    for (const [name, value] of expected) expect(told.get(name)).toBe(JSON.stringify(canonical(value)))
    expect(told.size).toBe(expected.length)
  }
})

test('numbers and escapes however they are written, and the later of two members', () => {
  const { ask, say, answers } = setUp()
  ask('1')
  say(
    String.raw`{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"y","\u006eame":"x","b":[1.0,1e2,-0,1e999,12345678901234567890, "\u0061\ud800"],"a":1,"a": { } }]}}`,
  )
  expect([...(answers[0]?.tools[0]?.rest ?? [])]).toEqual([
    ['b', String.raw`[1,100,0,null,12345678901234567000,"a\ud800"]`],
    ['a', '{}'],
  ])
  expect(answers[0]?.tools[0]?.name).toBe('x')
})

/** How often the reader's own work was done, not how long it took. */
function work(tools: readonly unknown[]): number {
  const { ask, say } = setUp()
  const counted = [
    [Array.prototype, 'push'],
    [Map.prototype, 'set'],
    [JSON, 'stringify'],
  ] as const
  const line = JSON.stringify(listed(1, tools))
  ask('1')
  let count = 0
  const spies = counted.map(([on, name]) => {
    const real = Reflect.get(on, name) as (...all: unknown[]) => unknown
    Reflect.set(on, name, function counting(this: unknown, ...all: unknown[]) {
      count++
      return Reflect.apply(real, this, all)
    })
    return () => Reflect.set(on, name, real)
  })
  try {
    say(line, 65_536)
  } finally {
    for (const undo of spies) undo()
  }
  return count
}

const wide = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, at) => [`k${at}`, at]))
const nested = (n: number): unknown => (n === 0 ? 1 : { a: nested(n - 1), b: [] })

test.each([
  ['many tools', (n: number) => Array(n * 100).fill({ ...TOOL, inputSchema: wide(20) })],
  ['many members', (n: number) => [{ ...TOOL, inputSchema: wide(n * 2000) }]],
  ['deep ones', (n: number) => Array(n * 20).fill({ ...TOOL, inputSchema: nested(200) })],
  ['long arrays', (n: number) => [{ ...TOOL, inputSchema: Array(n * 10_000).fill({}) }]],
])('four times as much of %s is no more than four times the work', (_, tools) => {
  expect(work(tools(4)) / work(tools(1))).toBeLessThan(4.4)
})

/** Any JSON value; names like numbers among those of objects. */
function anyValue(random: () => number, depth: number, kind?: 'object'): unknown {
  const pick = kind === 'object' ? 0 : depth === 0 ? 2 + Math.floor(random() * 3) : Math.floor(random() * 5)
  const many = Math.floor(random() * 5)
  if (pick === 0) {
    const members = Array.from({ length: many }, () => [
      anyName(random),
      anyValue(random, Math.max(0, depth - 1)),
    ])
    return Object.fromEntries(members)
  }
  if (pick === 1) return Array.from({ length: many }, () => anyValue(random, depth - 1))
  if (pick === 2) return anyName(random)
  if (pick === 3) return (random() - 0.5) * 10 ** Math.floor(random() * 30)
  return [null, true, false, 0, 7][many] ?? -1
}

function anyName(random: () => number): string {
  const names = [
    '',
    '7',
    '10',
    '007',
    '4294967294',
    '4294967295',
    '-1',
    '1.5',
    'é',
    'z',
    'Z',
    '😀',
    '\u200b"\\\n',
  ]
  return `${names[Math.floor(random() * names.length)]}${random() < 0.3 ? Math.floor(random() * 20) : ''}`
}
