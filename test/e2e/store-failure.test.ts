import { execFileSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet, RunResult } from '../fixtures/internet/model.ts'
import { farCounts, recordedCounts } from '../fixtures/product/far-counts.ts'
import { history, serverFile } from '../fixtures/product/history.ts'
import { noneRuns } from '../fixtures/product/leftovers.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { sandboxedProgram, startInside } from '../fixtures/sandboxed/inside.ts'

const PROFILE = `name: p
egress:
  - { host: api.test, ports: [5432], protocol: opaque }
`
let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(() => internet.close())

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let profile: string
  let mounted: string[]
  beforeEach(async () => {
    mcp = product(internet, { user })
    profile = mcp.profile('p', PROFILE)
    mounted = []
    await internet.resetCounts()
  })
  afterEach(() => {
    for (const folder of mounted) execFileSync('umount', [folder])
  })
  const uid = user === 'root' ? 0 : 12_345
  const mountStore = (options: string) => {
    execFileSync('mount', [
      '-t',
      'tmpfs',
      '-o',
      `mode=0700,uid=${uid},gid=${uid},${options}`,
      'tmpfs',
      mcp.store,
    ])
    mounted.push(mcp.store)
  }
  /** A server that says so when it starts, and would go on for long. */
  const shell = (script: string) => runOpen(mcp, ['--profile', profile, '--', 'sh', '-c', script], 15_000)
  const refused = async (): Promise<RunResult> => {
    const length = `100.${process.pid}`
    const result = await shell(`echo started; sleep ${length}`).ended
    expect(result).toMatchObject({ code: 4, timedOut: false })
    expect(result.stdout.toString()).toBe('')
    expect((await internet.traffic()).packets).toEqual(new Map())
    await noneRuns(mcp, length)
    return result
  }
  const file = () => serverFile(mcp.store, 'p')
  const putFile = (content: Buffer) => {
    mkdirSync(dirname(file()), { mode: 0o700 })
    writeFileSync(file(), content, { mode: 0o600 })
    for (const path of [dirname(file()), file()]) chownSync(path, uid, uid)
  }

  it('sends nothing before its row is there', async () => {
    // The first run makes the file.
    await shell('exit 0').ended
    const lock = new Database(file())
    try {
      const program = sandboxedProgram(mcp)
      const ask = JSON.stringify([{ name: 'api.test', type: 'TXT', waitMs: 700 }])
      const talk = JSON.stringify({ host: addresses.api.v4, port: 5432, send: 'hello' })
      const script = `read go; node ${program} dnsInTurn '${ask}'; (node ${program} talk '${talk}' &); read go; exit 0`
      const run = startInside(mcp, profile, script)
      await run.says('@')
      lock.exec('BEGIN IMMEDIATE')
      run.child.stdin?.write('go\n')
      // The question waits in vain for its answer, and nothing was asked.
      await run.says('[null]')
      expect((await internet.traffic()).packets).toEqual(new Map())
      lock.exec('ROLLBACK')
      run.child.stdin?.write('go\n')
      expect((await run.ended).code).toBe(0)
      expect(history(mcp.store, 'p').dns).toMatchObject([{ name: 'api.test', type: 'TXT' }])
      expect(internet.dnsQueries('api.test').map(({ type }) => type)).toContain('TXT')
    } finally {
      lock.close()
    }
  })

  it('begins a server before its session’s row is there, and until then it sends and says nothing', async () => {
    await shell('exit 0').ended
    const ask = `node ${sandboxedProgram(mcp)} dnsInTurn '${JSON.stringify([{ name: 'api.test', type: 'TXT', waitMs: 700 }])}'`
    const lock = new Database(file())
    try {
      lock.exec('BEGIN IMMEDIATE')
      const run = startInside(mcp, profile, `${ask}; touch asked; read go; ${ask}`, {
        args: ['--allow-write', mcp.cwd],
      })
      await vi.waitUntil(() => existsSync(join(mcp.cwd, 'asked')), { timeout: 15_000 })
      expect(run.stdout()).toBe('')
      expect((await internet.traffic()).packets).toEqual(new Map())
      lock.exec('ROLLBACK')
      await run.says('[null]')
      run.child.stdin?.write('go\n')
      expect(await run.ended).toMatchObject({ code: 0 })
      expect(history(mcp.store, 'p').sessions).toMatchObject([{ end: 'exited' }, { end: 'exited' }])
      const asked = { name: 'api.test', type: 'TXT' }
      expect(history(mcp.store, 'p').dns).toMatchObject([asked, asked])
    } finally {
      lock.close()
    }
  })

  it('ends the server when the disk is full, and what went out has its row', async () => {
    mountStore('size=600k')
    const program = sandboxedProgram(mcp)
    const run = startInside(
      mcp,
      profile,
      `exec node ${program} upload '{"host":"api.test","port":5432,"lanes":4}'`,
      {
        timeoutMs: 50_000,
      },
    )
    const result = await run.ended
    expect(result, result.stderr.toString()).toMatchObject({ code: 4, timedOut: false })
    expect(result.stderr.toString()).toContain(
      `mcp-run: The history in ${file()} cannot be used: the disk is full.`,
    )
    expect(result.stderr.toString()).toMatch(/mcp-run: try: Free some room/)
    const far = farCounts(internet, addresses.api, 5432)
    const { flows } = history(mcp.store, 'p')
    expect(far.connections).toBeGreaterThan(10)
    expect(recordedCounts(flows).connections).toBeGreaterThanOrEqual(far.connections)
    // And from then on nothing.
    const after = await internet.traffic()
    expect((await internet.traffic()).packets).toEqual(after.packets)
  })

  it.each([
    ['no database', Buffer.from('this is not a database, and never was one')],
    ['half a database', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8192, 0xff)])],
  ])('refuses to start with a file that is %s', async (_, content) => {
    putFile(content)
    const { stderr } = await refused()
    expect(stderr.toString()).toMatch(new RegExp(`mcp-run: The history in ${file()} cannot be used: `))
    expect(stderr.toString()).toContain('mcp-run: try: ')
  })

  it('refuses to start with a file of a newer format', async () => {
    await shell('exit 0').ended
    const db = new Database(file())
    db.pragma('user_version = 1000')
    db.close()
    await internet.resetCounts()
    const { stderr } = await refused()
    expect(stderr.toString()).toContain(
      `The history in ${file()} was written by a newer mcp-run (format 1000`,
    )
  })

  it('refuses to start with a folder that cannot be written', async () => {
    mountStore('ro')
    const { stderr } = await refused()
    expect(stderr.toString()).toContain(mcp.store)
    expect(stderr.toString()).not.toContain('internal error')
    expect(stderr.toString()).toContain('mcp-run: try: ')
  })

  it('refuses to start where the folder is a file', async () => {
    putFile(Buffer.alloc(0))
    const result = await runOpen(mcp, [
      '--profile',
      profile,
      '--store',
      file(),
      '--',
      'sh',
      '-c',
      'echo started',
    ]).ended
    expect(result.code).toBe(4)
    expect(result.stderr.toString()).toContain(file())
    expect(result.stderr.toString()).not.toContain('internal error')
  })
})
