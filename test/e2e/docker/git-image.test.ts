import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Engine } from '../../fixtures/engine/engine.ts'
import { gitImage } from '../../fixtures/engine/git-image.ts'
import { type GitServer, startGitServer } from '../../fixtures/git-server.ts'
import type { Internet } from '../../fixtures/internet/model.ts'
import { a } from '../../fixtures/internet/records.ts'
import { product } from '../../fixtures/product/product.ts'
import { registryAt } from '../../fixtures/product/registry-places.ts'
import { runOpen } from '../../fixtures/product/run-open.ts'
import { said } from '../../fixtures/product/said.ts'
import { engineOf, startInternet } from '../../fixtures/product/sandbox.ts'

const GIT = 'git.packages.test'
const SPEC = `git+http://${GIT}/ann/says.git`
const CLI = '#!/usr/bin/env node\nprocess.stdout.write(JSON.stringify(process.argv.slice(2)))\n'

let internet: Internet
let engine: Engine
let far: GitServer
let end: () => Promise<void>
beforeAll(async () => {
  internet = await startInternet({ zones: { [GIT]: [a('203.0.113.97')] } })
  const own = engineOf(internet)
  if (own === null) throw new Error('these tests need an engine')
  engine = own
  far = await startGitServer()
  far.commit('ann/says', {
    'package.json': JSON.stringify({ name: 'says', version: '1.0.0', bin: 'cli.js' }),
    'cli.js': CLI,
  })
  end = await registryAt(internet, far, { address: '203.0.113.97', port: 80 })
})
afterAll(async () => {
  await end?.()
  await far?.close()
  await internet?.close()
})

/** A user whose images are built on that one, or on the suite's own. */
function on(base: string | null) {
  const mcp = product(internet, {
    user: 'plain',
    ...(base !== null && { env: { MCP_RUN_BASE_IMAGE: base } }),
  })
  writeFileSync(join(mcp.home, '.npmrc'), `registry=http://${GIT}/\n`, { mode: 0o644 })
  return (...args: string[]) => runOpen(mcp, ['-y', ...args], 55_000).ended
}

/** Removes what earlier runs built, and tells what is there now. */
async function gitImages(remove = false): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: ['io.github.mcp-run=git'] }))
  const images = await engine.ask<readonly { readonly Id: string }[]>(`/images/json?filters=${filters}`)
  if (remove) for (const { Id } of images) await engine.ask(`/images/${Id}?force=true`, { method: 'DELETE' })
  return images.map(({ Id }) => Id)
}

it.each(['with-git', 'adds-git'] as const)(
  'the image that fetches repositories is built the first time, on a base %s, and kept',
  async (kind) => {
    await gitImages(true)
    const run = on(await gitImage(engine, kind))
    const first = await run(SPEC, 'x')
    expect(said(first)).toEqual(['x'])
    expect(first.stderr.toString()).toMatch(/building the image mcp-run\/git:[0-9a-f]+, once/)
    expect(await gitImages()).toHaveLength(1)
    const other = await run(`${SPEC}#main`, 'y')
    expect(said(other)).toEqual(['y'])
    expect(other.stderr.toString()).not.toContain('building')
  },
)

it('where git cannot be had for it, the start ends with what helps, and nothing is installed', async () => {
  const result = await on(null)(SPEC)
  expect(result.code).toBe(3)
  expect(result.stderr.toString()).toMatch(
    /the image mcp-run\/git:[0-9a-f]+ cannot be built: .*Unable to locate package git.*\n.*name a base image that has git: MCP_RUN_BASE_IMAGE/s,
  )
})
