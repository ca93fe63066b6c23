import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { addresses } from '../fixtures/internet/addresses.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { history } from '../fixtures/product/history.ts'
import { nothingLeft, tracesOf } from '../fixtures/product/leftovers.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import type { OpenRun } from '../fixtures/product/run-open.ts'
import { ON_DOCKER, startInternet } from '../fixtures/product/sandbox.ts'
import { sandboxedProgram, startInside } from '../fixtures/sandboxed/inside.ts'

const PROFILE = `name: p
egress:
  - { host: api.test, ports: [5432], protocol: opaque }
  - { host: dead.test, ports: [5432], protocol: opaque }
  - { host: silent.test }
limits: { memory: 512M, cpus: 2, pids: 200 }
`
/** What the SDK's client gives a server: two seconds after stdin's end, and two after SIGTERM. */
const CLIENTS_PATIENCE_MS = 4000

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
  // Accepts, and takes nothing.
  for (const address of [addresses.api.v4, addresses.api.v6])
    await internet.serve({ address, port: 5432 }, (socket) => void socket.pause())
})
afterAll(() => internet.close())

interface Ending {
  readonly script: string
  /** Absent: the server ends by itself. */
  readonly end?: (child: ChildProcess) => void
  /** A signal shows as a shell shows it: 128 and its number. */
  readonly code: number
  /** mcp-run itself had to kill it. */
  readonly killed?: true
}

const SIGNALS: Readonly<Record<number, string>> = { 137: 'SIGKILL', 143: 'SIGTERM' }

const byEof = (child: ChildProcess): void => void child.stdin?.end()
const by =
  (signal: NodeJS.Signals) =>
  (child: ChildProcess): void =>
    void child.kill(signal)
const READY = 'echo ready; '

const ENDINGS: Readonly<Record<string, Ending>> = {
  'the server ends': { script: `${READY} exit 0`, code: 0 },
  'the server ends with a code of its own': { script: `${READY} exit 7`, code: 7 },
  'the server is killed': { script: `${READY} kill -9 $$`, code: 137 },
  'the server leaves helpers behind': { script: `sleep 1000 & setsid sleep 1000 & ${READY} exit 3`, code: 3 },
  'the client closes stdin': { script: `${READY} cat >/dev/null; exit 5`, end: byEof, code: 5 },
  'the client closes stdin of a server that minds only SIGTERM': {
    script: `trap 'exit 6' TERM; ${READY} while :; do sleep 0.05; done`,
    end: byEof,
    code: 6,
  },
  'the client closes stdin of a server that minds nothing': {
    script: `trap '' TERM INT HUP; ${READY} while :; do sleep 0.05; done`,
    end: byEof,
    code: 137,
    killed: true,
  },
  SIGTERM: { script: `${READY} exec sleep 1000`, end: by('SIGTERM'), code: 143 },
  SIGINT: { script: `${READY} exec sleep 1000`, end: by('SIGINT'), code: 143 },
  SIGHUP: { script: `${READY} exec sleep 1000`, end: by('SIGHUP'), code: 143 },
  'a connection to an address that never answers': {
    script: `(node SANDBOXED talk '{"host":"dead.test","port":5432}' &) ; sleep 0.3; ${READY} cat >/dev/null`,
    end: byEof,
    code: 0,
  },
  'a question that no resolver answers': {
    script: `(node SANDBOXED talk '{"host":"silent.test","port":443}' &) ; sleep 0.3; ${READY} cat >/dev/null`,
    end: byEof,
    code: 0,
  },
  'an upload that the far end does not take': {
    script: `(node SANDBOXED talk '{"host":"api.test","port":5432,"fill":100000000}' &) ; sleep 0.5; ${READY} cat >/dev/null`,
    end: byEof,
    code: 0,
  },
}

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let profile: string
  beforeEach(() => {
    mcp = product(internet, { user })
    profile = mcp.profile('p', PROFILE)
  })
  const start = (script: string): OpenRun =>
    startInside(mcp, profile, script.replaceAll('SANDBOXED', sandboxedProgram(mcp)))

  it.each(Object.entries(ENDINGS))(
    '%s: its exit code, and nothing is left',
    async (_, { script, end, code, killed }) => {
      // An end that comes of itself waits until the traces are taken.
      const run = start(end === undefined ? `read go; ${script}` : script)
      if (end === undefined) {
        await run.says('@')
        const traces = await tracesOf(mcp, run.child.pid ?? 0)
        run.child.stdin?.write('go\n')
        expect((await run.ended).code).toBe(code)
        await nothingLeft(mcp, traces)
      } else {
        await run.says('ready')
        const traces = await tracesOf(mcp, run.child.pid ?? 0)
        expect(traces.networks).toHaveLength(1)
        const asked = performance.now()
        end(run.child)
        expect((await run.ended).code).toBe(code)
        expect(performance.now() - asked).toBeLessThan(CLIENTS_PATIENCE_MS)
        await nothingLeft(mcp, traces)
      }
      // An engine tells of a signal as a shell does; bubblewrap gives that on as its own exit code.
      const signal = killed || (ON_DOCKER && code > 128) ? SIGNALS[code] : undefined
      expect(history(mcp.store, 'p').sessions).toMatchObject([
        signal ? { end: 'signalled', signal } : { end: 'exited', exit_code: code, signal: null },
      ])
      expect(history(mcp.store, 'p').flows.filter(({ state }) => state === 'open')).toEqual([])
    },
  )

  it('the client is killed: the server ends, and nothing is left', async () => {
    // A client in between, which holds the other ends of the pipes.
    const client = `const { spawn } = require('child_process')
      const child = spawn(process.argv[1], process.argv.slice(2), { stdio: ['pipe', 'pipe', 'inherit'] })
      child.stdout.once('data', () => process.stdout.write(child.pid + '\\n'))`
    const argv = mcp.command(['--profile', profile, '--', 'sh', '-c', `${READY} exec sleep 1000`])
    const child = internet.spawn([process.execPath, '-e', client, ...argv.argv], argv.options)
    const [pid] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
    const traces = await tracesOf(mcp, Number(pid))
    expect(traces.processes.length).toBeGreaterThan(2)
    child.kill('SIGKILL')
    await nothingLeft(mcp, traces)
  })

  it('mcp-run is killed: the server ends, and nothing is left but an open row', async () => {
    const run = start(`${READY} exec sleep 1000`)
    await run.says('ready')
    const traces = await tracesOf(mcp, run.child.pid ?? 0)
    run.child.kill('SIGKILL')
    expect((await run.ended).signal).toBe('SIGKILL')
    await nothingLeft(mcp, traces, 'killed')
    expect(history(mcp.store, 'p').sessions).toMatchObject([{ end: null }])
    // The next run says what became of it.
    await start('exit 0').ended
    expect(history(mcp.store, 'p').sessions).toMatchObject([{ end: 'recorder-lost' }, { end: 'exited' }])
    await nothingLeft(mcp, traces)
  })
})
