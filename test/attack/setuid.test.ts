import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { product, USERS } from '../fixtures/product/product.ts'
import { ON_DOCKER, startInternet } from '../fixtures/product/sandbox.ts'
import { runToEnd } from './rig/run-to-end.ts'

const PLAIN = 12_345

let internet: Internet
let program: string
beforeAll(async () => {
  internet = await startInternet()
  // A program that says who it runs as, and that belongs to root with the setuid bit.
  const folder = internet.folder(0)
  chmodSync(folder, 0o755)
  program = join(folder, 'id')
  copyFileSync('/usr/bin/id', program)
  chmodSync(program, 0o4755)
})
afterAll(() => internet?.close())

describe('row 34: a setuid binary', () => {
  it.each(USERS)('runs as the server itself, as %s', async (user) => {
    const mcp = product(internet, { user })
    const folder = join(program, '..')
    const profile = mcp.profile('p', `name: p\negress: []\nfiles: { read: [${folder}] }\n`)
    const script = `${program} -u; ${program} -ru; ${program} -G`
    const { stdout } = await runToEnd(mcp.spawn(['--profile', profile, '--', 'sh', '-c', script]), 20_000)
    const id = ON_DOCKER ? mcp.serverFilesUid : 1000
    expect(stdout).toBe(`${id}\n${id}\n${id}\n`)
  })

  it('runs as root on the host', async () => {
    const { stdout } = await internet.run([program, '-u'], { uid: PLAIN })
    expect(stdout.toString()).toBe('0\n')
  })
})
