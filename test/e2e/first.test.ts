import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startInternet } from '../fixtures/internet/internet.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { product, USERS } from '../fixtures/product/product.ts'

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  it('allows the declared host and stops the other', async () => {
    const mcp = product(internet, { user })
    const profile = mcp.profile('p', 'name: p\negress:\n  - host: api.test\n')
    const result = await mcp.shell(profile, 'ip -o link; curl -sk https://api.test/; curl -sk -m5 https://evil.test/')
    console.log(result.stdout.toString(), result.stderr.toString(), result.code, result.timedOut)
    expect(result.stdout.toString()).toContain('hello')
  })
})
