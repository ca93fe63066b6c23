import type { ChildProcess } from 'node:child_process'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { history } from '../fixtures/product/history.ts'
import { product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { inside } from '../fixtures/sandboxed/inside.ts'

const PORT = 5432
const DIALLED = ['localhost', '127.0.0.1', '::1']
const SERVED = ['127.0.0.1', '::1']
const PAIRS = SERVED.flatMap((served) => DIALLED.map((dialled) => [served, dialled] as const))

let internet: Internet
let service: ChildProcess | undefined
beforeAll(async () => {
  internet = await startInternet()
})
afterEach(() => {
  service?.kill()
})
afterAll(() => internet.close())

/** A service of the host's: greets, or answers what it is told. */
const serve = async (address: string, greets: boolean): Promise<void> => {
  const handler = greets ? `s.end('hello')` : `s.on('data', (d) => s.end('got ' + d))`
  const program = `require('node:net').createServer((s) => { ${handler} }).listen(${PORT}, '${address}', () => console.log('up'))`
  service = internet.spawn([process.execPath, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise((resolve) => service?.stdout?.once('data', resolve))
}

describe.each(USERS)('a declared port of the host’s loopback, as %s', (user) => {
  it.each(PAIRS)('served on %s alone is reached by %s', async (served, dialled) => {
    await serve(served, false)
    const mcp = product(internet, { user })
    const profile = mcp.profile('p', `name: p\negress: [{ host-loopback: ${PORT} }]\n`)
    const talk = { host: dialled, port: PORT, send: 'hello\n', awaitBytes: 10 }
    const { answer } = await inside(mcp, profile, 'talk', talk)
    expect(answer).toMatchObject({ error: null, got: 'got hello\n' })
    const { flows } = history(mcp.store, 'p')
    expect(flows.length).toBe(1)
    expect(flows[0]).toMatchObject({ reason: 'declared', state: 'closed', bytes_sent: 6, bytes_received: 10 })
  })

  it.each(PAIRS)('where the service on %s speaks first, is reached by %s', async (served, dialled) => {
    await serve(served, true)
    const mcp = product(internet, { user })
    const entry = `{ host-loopback: ${PORT}, protocol: server-first }`
    const profile = mcp.profile('p', `name: p\negress: [${entry}]\n`)
    const { answer } = await inside(mcp, profile, 'talk', { host: dialled, port: PORT, awaitBytes: 5 })
    expect(answer).toMatchObject({ error: null, got: 'hello' })
  })

  it('which is not declared is the server’s own', async () => {
    await serve('127.0.0.1', false)
    const mcp = product(internet, { user })
    const profile = mcp.profile('p', `name: p\negress: [{ host-loopback: ${PORT + 1} }]\n`)
    const { answer } = await inside(mcp, profile, 'talk', { host: '127.0.0.1', port: PORT, send: 'hello\n' })
    expect(answer).toMatchObject({ error: 'ECONNREFUSED', got: '' })
  })
})
