// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a script of its own.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { type OpenRun, runOpen } from '../fixtures/product/run-open.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'

const PORT = 3334
/** As curl says it, whichever moment it is in. */
const CLOSED = /reset|Empty reply|Failed to connect|Couldn't connect/
const LEADS = `mcp-run: port ${PORT} of this machine's loopback leads to the server\n`

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

/** Answers each request with its path, once what it may listen on is given as JSON; says when it listens. */
const WEB = (where: string, handler = 'response.end(`got ${request.url}`)') => `
  require('node:http').createServer((request, response) => { ${handler} })
    .listen(...${where}, () => console.error('listening'))
  process.stdin.on('end', () => process.exit(0)).resume()
`

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let profile: string
  let run: OpenRun | undefined
  beforeEach(() => {
    mcp = product(internet, { user })
    profile = mcp.profile('p', `name: p\negress: []\ncallback-ports: [${PORT}]\n`)
  })
  afterEach(async () => {
    run?.child.kill('SIGKILL')
    await run?.ended
    run = undefined
  })
  const start = async (script: string): Promise<OpenRun> => {
    run = runOpen(mcp, ['--profile', profile, '--', 'node', '-e', script])
    await run.says('listening')
    return run
  }
  const end = async (): Promise<number | null> => {
    run?.child.stdin?.end()
    return (await run?.ended)?.code ?? null
  }
  const get = async (url: string, ...more: readonly string[]) => {
    const result = await internet.run(['curl', '-sS', '-m', '10', ...more, url])
    return result.code === 0 ? result.stdout.toString() : result.stderr.toString()
  }
  const flows = () =>
    history(mcp.store, 'p').flows.map(({ address, state, reason, declaration, action, inspection, port }) => {
      return { address, port, state, reason, declaration, action, inspection }
    })
  const row = (address: string, state = 'closed') => {
    const verdict = {
      reason: 'callback',
      declaration: 'declared',
      action: 'allowed',
      inspection: 'uninspected',
    }
    return { address, port: PORT, state, ...verdict }
  }

  it.each([
    ['all addresses', `[${PORT}]`],
    ['127.0.0.1', `[${PORT}, '127.0.0.1']`],
    ['::1', `[${PORT}, '::1']`],
    ['localhost', `[${PORT}, 'localhost']`],
  ])('lead to a server that listens on %s', async (_, where) => {
    const { stderr, says } = await start(WEB(where))
    await says(LEADS)
    expect(await get(`http://127.0.0.1:${PORT}/a?code=1`)).toBe('got /a?code=1')
    expect(await get(`http://[::1]:${PORT}/b`)).toBe('got /b')
    expect(await end()).toBe(0)
    expect(flows()).toEqual([row('127.0.0.1'), row('::1')])
    expect(stderr().split(LEADS)).toHaveLength(2)
    expect(history(mcp.store, 'p').alerts).toEqual([])
  })

  it('count the bytes of each connection, and show in every output', async () => {
    await start(WEB(`[${PORT}]`, `request.resume().on('end', () => response.end('x'.repeat(1_000_000)))`))
    const args = ['--data-binary', 'y'.repeat(50_000)]
    expect(await get(`http://127.0.0.1:${PORT}/`, ...args)).toBe('x'.repeat(1_000_000))
    await end()
    const [flow] = history(mcp.store, 'p').flows
    expect(flow?.bytes_sent).toBeGreaterThan(1_000_000)
    expect(flow?.bytes_sent).toBeLessThan(1_001_000)
    expect(flow?.bytes_received).toBeGreaterThan(50_000)
    expect(flow?.bytes_received).toBeLessThan(51_000)
    const lines = await mcp.egress(['flows', '--server', 'p', '--format', 'jsonl'])
    expect(JSON.parse(lines)).toMatchObject({ reason: 'callback', address: '127.0.0.1', port: PORT })
    expect(await mcp.egress(['report', '--server', 'p'])).toMatch(/127\.0\.0\.1:3334 .*callback/)
  })

  it('carry one connection after another, however many', async () => {
    await start(WEB(`[${PORT}, '::1']`))
    const urls = Array.from({ length: 60 }, (_, index) => `http://127.0.0.1:${PORT}/${index}`)
    const result = await internet.run(['curl', '-sS', '-H', 'Connection: close', ...urls])
    expect(result.stdout.toString()).toBe(urls.map((_, index) => `got /${index}`).join(''))
    await end()
    expect(flows()).toEqual(urls.map(() => row('127.0.0.1')))
  })

  it('carry eight at a time; the ninth is closed, and a line says so once', async () => {
    await start(WEB(`[${PORT}, '127.0.0.1']`, 'if (request.url !== "/wait") response.end("got it")'))
    const waiting = Array.from({ length: 8 }, () =>
      internet.spawn(['curl', '-sS', '-m', '20', `http://127.0.0.1:${PORT}/wait`], { stdio: 'ignore' }),
    )
    while (flows().length < 8) await new Promise(setImmediate)
    const told = 'mcp-run: more connections to callback ports than are carried at one time'
    let answer = await get(`http://127.0.0.1:${PORT}/`)
    // The last of the eight may have its row before it has its socket.
    while (answer === 'got it') answer = await get(`http://127.0.0.1:${PORT}/`)
    expect(answer).toMatch(CLOSED)
    await get(`http://127.0.0.1:${PORT}/`)
    expect(run?.stderr().split(told)).toHaveLength(2)
    for (const child of waiting) child.kill()
    while (flows().filter(({ state }) => state === 'open').length > 0) await new Promise(setImmediate)
    expect(await get(`http://127.0.0.1:${PORT}/`)).toBe('got it')
    await end()
    expect(flows()).toContainEqual(row('127.0.0.1', 'unreachable'))
  })

  it('close what comes while the server does not listen, and carry what comes once it does', async () => {
    await start(`console.error('listening'); process.stdin.once('data', () => { ${WEB(`[${PORT}]`)} })`)
    expect(await get(`http://127.0.0.1:${PORT}/`)).toMatch(CLOSED)
    run?.child.stdin?.write('{}\n')
    let answer = ''
    while (answer !== 'got /') answer = await get(`http://127.0.0.1:${PORT}/`)
    await end()
    expect(flows()[0]).toEqual(row('127.0.0.1', 'unreachable'))
    expect(flows().at(-1)).toEqual(row('127.0.0.1'))
  })

  it('end with the server', async () => {
    await start(WEB(`[${PORT}]`, ''))
    const client = internet.spawn(['curl', '-sS', '-m', '20', `http://127.0.0.1:${PORT}/`], {
      stdio: 'ignore',
    })
    const gone = new Promise((resolve) => client.once('exit', resolve))
    while (flows().length < 1) await new Promise(setImmediate)
    expect(await end()).toBe(0)
    expect(await gone).not.toBe(0)
    expect(flows()[0]?.state).toMatch(/closed|aborted/)
    expect(await get(`http://127.0.0.1:${PORT}/`)).toMatch(CLOSED)
  })

  it('that are in use are told of, and the server runs all the same', async () => {
    const program = `require('node:net').createServer((s) => s.end('the host')).listen(${PORT}, '127.0.0.1', () => console.log('up'))`
    const other = internet.spawn([process.execPath, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    await new Promise((resolve) => other.stdout?.once('data', resolve))
    const { says } = await start(WEB(`[${PORT}]`))
    await says(
      `mcp-run: port ${PORT} of this machine's 127.0.0.1 is in use: it does not lead to the server\n`,
    )
    // Where it is free it leads there.
    await says(LEADS)
    expect(await get(`http://[::1]:${PORT}/a`)).toBe('got /a')
    expect(await end()).toBe(0)
    other.kill()
  })

  it('cannot be dialled from elsewhere than the host’s own loopback', async () => {
    await start(WEB(`[${PORT}]`))
    await run?.says(LEADS)
    const { stdout } = await internet.run(['ss', '-Hltn'])
    const listening = stdout.toString().match(/\S+:3334\b/g)
    expect(listening?.sort()).toEqual(['127.0.0.1:3334', '[::1]:3334'])
    await end()
  })

  it.each(['127.0.0.1', '::1', 'localhost', '100.64.0.2'])(
    'are no way out: the server that dials %s finds only itself',
    async (host) => {
      const program = `let n = 0; require('node:net').createServer((s) => { console.log(++n); s.end('the host') }).listen(${PORT}, '::', () => console.log('up'))`
      const other = internet.spawn([process.execPath, '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let heard = ''
      other.stdout?.on('data', (chunk) => {
        heard += chunk
      })
      await new Promise((resolve) => other.stdout?.once('data', resolve))
      const dial = `const s = require('node:net').connect(${PORT}, '${host}').on('error', (e) => { console.error('listening', e.code) }).on('data', (d) => console.error('listening', String(d)))`
      await start(`${dial}; process.stdin.on('end', () => process.exit(0)).resume()`)
      await end()
      expect(run?.stderr()).toContain('ECONNREFUSED')
      expect(heard).toBe('up\n')
      other.kill()
    },
  )

  it('that are declared as host-loopback too lead out, not in', async () => {
    const yaml = `name: p\negress: [{ host-loopback: ${PORT} }]\ncallback-ports: [${PORT}, 15001]\n`
    profile = mcp.profile('p', yaml)
    await start(WEB(`[${PORT + 1}]`))
    expect(run?.stderr()).toContain(`port ${PORT} is declared as host-loopback`)
    expect(run?.stderr()).toContain("port 15001 is the recorder's own")
    expect(await get(`http://127.0.0.1:${PORT}/`)).toMatch(CLOSED)
    await end()
  })
})
