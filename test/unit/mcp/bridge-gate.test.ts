import { expect, it } from 'vitest'
import { createCallTracker } from '../../../runtime/mcp/call-tracker.ts'
import { createReadOnlyGate } from '../../../runtime/mcp/read-only-gate.ts'
import { bridgeRig, INITIALIZED, notice, settle } from './bridge-rig.ts'

const READS = '{"name":"read","annotations":{"readOnlyHint":true}}'
const WRITES = '{"name":"write"}'
const list = (...tools: string[]): string =>
  `{"jsonrpc":"2.0","id":1,"result":{"tools":[${tools.join(',')}]}}\n`
const call = (name: string, id = 2): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${name}"}}\n`

function rig() {
  const calls = createCallTracker()
  const heard: string[] = []
  const gate = createReadOnlyGate({ onRefused: () => {}, onHidden: () => {}, onUnclear: () => {} })
  const overhear = { fromClient: (bytes: Buffer) => heard.push(bytes.toString()), fromServer: () => {} }
  return { calls, heard, ...bridgeRig({ calls, gate, overhear }) }
}

it('a refused call is answered, and neither sent, nor open, nor heard', async () => {
  const { client, server, calls, heard, toServer, toClient } = rig()
  server.stdout.write(list(READS, WRITES))
  await settle()
  expect(toClient.text()).toBe(list(READS))
  client.stdin.write(call('write'))
  await settle()
  expect(toServer.text()).toBe('')
  expect(heard.join('')).toBe('')
  expect(calls.isOpen('2')).toBe(false)
  const [, answer = ''] = toClient.text().split('\n')
  expect(JSON.parse(answer)).toMatchObject({ id: 2, error: { code: -32602 } })
  client.stdin.write(call('read', 3))
  await settle()
  expect(toServer.text()).toBe(call('read', 3))
  expect(calls.isOpen('3')).toBe(true)
})

it('lines in pieces are judged as wholes, and answers stand between the lines of the server', async () => {
  const { client, server, bridge, toServer, toClient } = rig()
  client.stdin.write(INITIALIZED)
  const text = list(READS, WRITES)
  server.stdout.write(text.slice(0, 40))
  client.stdin.write(call('write').slice(0, 30))
  await settle()
  client.stdin.write(call('write').slice(30))
  bridge.notify('warning', { x: 1 })
  await settle()
  server.stdout.write(text.slice(40))
  await settle()
  const lines = toClient.text().trimEnd().split('\n')
  expect(lines.map((line) => Object.keys(JSON.parse(line))[2])).toEqual(['error', 'params', 'result'])
  expect(`${lines[1]}\n`).toBe(notice('warning', { x: 1 }))
  expect(`${lines[2]}\n`).toBe(list(READS))
  expect(toServer.text()).toBe(INITIALIZED)
})

it('a last line without its end is judged as well', async () => {
  const { client, server, toServer, toClient } = rig()
  client.stdin.end(call('write').trimEnd())
  await settle()
  expect(toServer.text()).toBe('')
  server.stdout.end(list(READS, WRITES).trimEnd())
  await settle()
  expect(toClient.text()).toContain('"error"')
  expect(toClient.text().endsWith(list(READS).trimEnd())).toBe(true)
})
