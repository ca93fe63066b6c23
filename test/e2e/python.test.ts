import { appendFileSync, chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet, RunResult } from '../fixtures/internet/model.ts'
import { a } from '../fixtures/internet/records.ts'
import { expectSilence } from '../fixtures/internet/silence.ts'
import { history } from '../fixtures/product/history.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { registryAt } from '../fixtures/product/registry-places.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { said } from '../fixtures/product/said.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { type FixtureIndex, setuptools, startPythonIndex } from '../fixtures/python-index.ts'

const HOST = 'wheels.test'
const ADDRESS = '203.0.113.93'
const SECRET = 'a-secret-of-the-user'

/** Says where it runs, with what, and what it can reach: once, and ends. */
const SERVER = `
import json, os, subprocess, sys
import left_pad

def main():
    try:
        import urllib.request
        urllib.request.urlopen("http://${HOST}/simple/left-pad/", timeout=5).read()
        reached = True
    except Exception:
        reached = False
    helper = subprocess.run(["say-left"], capture_output=True, text=True).stdout.strip()
    print(json.dumps({"args": sys.argv[1:], "prefix": sys.prefix, "left": left_pad.said, "helper": helper,
        "reached": reached, "path": [p for p in sys.path if "dist-packages" in p], "index": os.environ.get("PIP_INDEX_URL")}))
`
const CALLS_OUT = `
import urllib.request
try:
    urllib.request.urlopen("http://built.evil.test/", timeout=5)
except Exception:
    pass
from setuptools import setup
setup(name="calls-out", version="1.0.0")
`

let internet: Internet
let index: FixtureIndex
let endPlace: () => unknown
beforeAll(async () => {
  internet = await startInternet({
    zones: { [HOST]: [a(ADDRESS)], 'built.evil.test': [a(addresses.evil.v4)] },
  })
  index = await startPythonIndex([
    {
      ...{ name: 'clock-server', version: '1.0.0', requires: ['left-pad>=1'] },
      commands: { 'clock-server': 'clock_server:main' },
      files: { 'clock_server/__init__.py': SERVER },
    },
    {
      ...{ name: 'left-pad', version: '1.2.0', commands: { 'say-left': 'left_pad:main' } },
      files: { 'left_pad.py': 'said = "left"\ndef main():\n    print("helper")\n' },
    },
    { name: 'calls-out', version: '1.0.0', source: CALLS_OUT },
    {
      name: 'needs-it',
      version: '1.0.0',
      requires: ['calls-out'],
      commands: { 'needs-it': 'calls_out:main' },
    },
    setuptools(),
    // What a build asks for beside it; it comes to nothing here.
    { name: 'wheel', version: '0.38.4', files: { 'wheel.py': '' } },
  ])
  endPlace = await registryAt(internet, index, { address: ADDRESS, port: 80 })
})
afterAll(async () => {
  await endPlace()
  await index.close()
  await internet.close()
})

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  beforeEach(async () => {
    index.faults.clear()
    mcp = product(internet, { user, env: { API_KEY: SECRET } })
    for (const folder of ['.config', '.config/pip']) {
      mkdirSync(join(mcp.home, folder))
      chmodSync(join(mcp.home, folder), 0o755)
    }
    writeFileSync(join(mcp.home, '.config/pip/pip.conf'), `[global]\nindex-url = http://${HOST}/simple/\n`)
    await internet.resetCounts()
  })
  const run = (...args: string[]): Promise<RunResult> => runOpen(mcp, args, 55_000).ended
  const packages = (...path: string[]) => readdirSync(join(mcp.store, 'packages', ...path))

  it('uvx installs once, from the index alone, and runs it under the profile; a second start asks nobody', async () => {
    const before = index.requests.length
    const first = await expectSilence(internet, () => run('uvx', 'clock-server', '--flag', 'x'))
    expect(said(first)).toEqual({
      args: ['--flag', 'x'],
      prefix: '/package/venv',
      left: 'left',
      helper: 'helper',
      reached: false,
      path: [],
      index: null,
    })
    expect(index.requests.slice(before)).toEqual([
      // When what there is was uploaded.
      'GET /simple/clock-server/',
      'GET /simple/clock-server/',
      'GET /files/clock-server/clock_server-1.0.0-py3-none-any.whl',
      'GET /simple/left-pad/',
      'GET /files/left-pad/left_pad-1.2.0-py3-none-any.whl',
    ])
    expect(first.stderr.toString()).toContain('mcp-run: installing pypi:clock-server, once')
    const seen = history(mcp.store, 'pypi-clock-server')
    expect(seen.sessions.map(({ phase, exit_code }) => [phase, exit_code])).toEqual([
      ['install', 0],
      ['install', 0],
      ['install', 0],
      ['run', 0],
    ])
    const installed = seen.flows.filter(({ phase }) => phase === 'install')
    expect(installed.length).toBeGreaterThan(0)
    for (const flow of installed) expect(flow).toMatchObject({ name: HOST, port: 80, action: 'allowed' })

    const asked = index.requests.length
    index.faults.set('clock-server', 'unavailable')
    expect(said(await run('--', 'uv', 'tool', 'run', 'clock-server'))).toMatchObject({
      left: 'left',
      args: [],
    })
    expect(said(await run('pipx', 'run', 'clock-server', 'y'))).toMatchObject({ args: ['y'] })
    expect(index.requests).toHaveLength(asked)
    expect([packages('stage'), packages('lock')]).toEqual([[], []])
  })
  it.each([
    ['not built unless it is named', [], /the index has no calls-out .*--allow-scripts calls-out/s, 0],
    [
      'built in the sandbox, and stopped where it calls out',
      ['--allow-scripts', 'calls-out'],
      /built\.evil\.test.* was asked for while calls-out was built/s,
      1,
    ],
  ])('source is %s', async (_, options, message, attempts) => {
    const result = await expectSilence(internet, () => run(...options, 'uvx', 'needs-it'))
    expect(result.stderr.toString()).toMatch(message)
    expect(result.code).toBe(2)
    expect(packages().toSorted()).toEqual(['lock', 'stage'])
    expect([packages('lock'), packages('stage')]).toEqual([[], []])
    const { alerts } = history(mcp.store, 'pypi-needs-it')
    expect(alerts.filter(({ name }) => name === 'built.evil.test').length > 0 ? 1 : 0).toBe(attempts)
  })

  it('egress allow lets it reach what it wants', async () => {
    expect(said(await run('uvx', 'clock-server'))).toMatchObject({ reached: false })
    await mcp.egress(['allow', 'pypi-clock-server', `${HOST}:80`, '--purpose', 'test'])
    expect(said(await run('uvx', 'clock-server'))).toMatchObject({ reached: true })
  })

  it('an index that is down fails clearly, and leaves nothing', async () => {
    index.faults.set('clock-server', 'unavailable')
    const result = await run('pipx', 'run', 'clock-server')
    expect(result.code).toBe(2)
    expect(result.stderr.toString()).toContain(
      'pypi:clock-server was not installed: the index could not be reached',
    )
    expect(packages().toSorted()).toEqual(['lock', 'stage'])
    expect([packages('lock'), packages('stage')]).toEqual([[], []])
  })

  it('what was damaged is noticed, and had again as it was', async () => {
    said(await run('uvx', 'clock-server'))
    const tree = packages().find((name) => /^[0-9a-f]{64}$/.test(name)) ?? ''
    const lib = join(mcp.store, 'packages', tree, 'venv/lib')
    const file = join(lib, readdirSync(lib)[0] ?? '', 'site-packages/left_pad.py')
    chmodSync(file, 0o644)
    appendFileSync(file, 'said = "evil"\n')
    const again = await run('uvx', 'clock-server')
    expect(said(again)).toMatchObject({ left: 'left' })
    expect(again.stderr.toString()).toContain('installing pypi:clock-server@1.0.0 again, as it was')
    const pinned = await mcp.run(['pin', 'pypi:clock-server', '--verify'])
    expect(pinned.stdout.toString()).toMatch(/pypi:clock-server\n.*version +1\.0\.0.*all as installed/s)
  })
})
