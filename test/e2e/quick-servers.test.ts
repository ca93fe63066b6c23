import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { patchedBuild } from '../fixtures/product/patched-build.ts'
import { product, USERS } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'

/** As on a busy machine: the server has long ended when its conversation begins. */
const LATE = {
  file: 'mcp-run.cjs',
  find: /async function converse\(session,\{[^}]*\}\)\{/,
  replace: '$&await new Promise(resolve=>setTimeout(resolve,1000));',
}

let internet: Internet
let dist: string
beforeAll(async () => {
  internet = await startInternet()
  dist = patchedBuild(internet.folder(0), [LATE])
})
afterAll(() => internet.close())

it.each(USERS)('as %s: what a server said that ended before anybody listened is passed on', async (user) => {
  const mcp = product(internet, { user, dist })
  const profile = mcp.profile('p', 'name: p\negress: []\n')
  const { code, stdout, stderr } = await mcp.shell(profile, 'echo said; echo told >&2; exit 3')
  expect([code, stdout.toString()]).toEqual([3, 'said\n'])
  expect(stderr.toString()).toContain('[p] told\n')
})
