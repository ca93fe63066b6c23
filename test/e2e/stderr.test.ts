import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

test.each(USERS)('as %s: stderr is passed on while the server runs, however much it is', async (user) => {
  const mcp = product(internet, { user })
  const profile = mcp.profile('loud', 'egress: []\n')
  // It answers only when all that it has said on stderr was taken, with its stdin still open.
  const script = 'seq 1 50000 >&2; echo \'{"jsonrpc":"2.0","method":"said"}\'; cat >/dev/null'
  const child = mcp.spawn(['--profile', profile, '--', 'sh', '-c', script])
  let stderr = ''
  child.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  await new Promise((resolve) => child.stdout?.once('data', resolve))
  const exited = new Promise((resolve) => child.once('close', resolve))
  child.stdin?.end()
  await exited
  // A line whose end is late is passed on in two: all that was said is there, in order.
  const said = [...stderr.matchAll(/^\[loud\] (\d+)$/gm)].map(([, number]) => number)
  expect(said.length).toBeLessThan(50_100)
  expect(said.join('') === Array.from({ length: 50_000 }, (_, index) => index + 1).join('')).toBe(true)
})
