import { chmodSync, chownSync, constants, mkdirSync, openSync, readSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { execute } from '../fixtures/internet/execute.ts'
import type { Internet } from '../fixtures/internet/model.ts'
import { type Patch, patchedBuild } from '../fixtures/product/patched-build.ts'
import { type Product, product, USERS, type User } from '../fixtures/product/product.ts'
import { startInternet } from '../fixtures/product/sandbox.ts'
import { first } from './rig/controls.ts'
import { runToEnd } from './rig/run-to-end.ts'

const SECRET = 'the secret'
/** No folder is looked through for doors. */
const NO_LOOK: readonly Patch[] = [first('findDoor', 'return null;')]

/** A thing of the host's in a folder that a server is to see, by which it could speak to a process outside. */
interface Door {
  readonly what: string
  /** Relative to the shared folder. */
  readonly path: string
  /** Makes it; returns what has come through. */
  open(path: string): Promise<() => string>
  readonly script: (path: string) => string
}

const servers: Server[] = []

async function listen(path: string): Promise<() => string> {
  let came = ''
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      came += chunk.toString()
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(path, resolve))
  chmodSync(path, 0o666)
  return () => came
}

async function pipe(path: string): Promise<() => string> {
  await execute(['mkfifo', '-m', '666', path])
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return () => {
    const buffer = Buffer.alloc(100)
    try {
      return buffer.toString('utf8', 0, readSync(fd, buffer))
    } catch {
      return ''
    }
  }
}

const speak = (path: string): string =>
  `node -e "require('node:net').connect('${path}').on('error', console.log).end('${SECRET}')"`
const write = (path: string): string => `timeout 2 sh -c 'echo ${SECRET} >${path}'`

const DOORS: readonly Door[] = [
  { what: 'a socket', path: 'agent.sock', open: listen, script: speak },
  { what: 'a socket far down', path: 'a/b/agent.sock', open: listen, script: speak },
  { what: 'a named pipe', path: 'pipe', open: pipe, script: write },
  { what: 'a named pipe far down', path: 'a/b/pipe', open: pipe, script: write },
]

let internet: Internet
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(async () => {
  for (const server of servers) server.close()
  await internet?.close()
})

/** The working folder of a command of one's own is shown to it by itself. */
async function attempt(user: User, door: Door, dist?: string) {
  const mcp = product(internet, { user, ...(dist && { dist }) })
  own(mcp, 'a')
  own(mcp, 'a/b')
  const path = join(mcp.cwd, door.path)
  const came = await door.open(path)
  const profile = mcp.profile('p', 'name: p\negress: []\n')
  const args = ['--profile', profile, '--', 'sh', '-c', door.script(path)]
  const { stderr } = await runToEnd(mcp.spawn(args), 20_000)
  return { came: came(), stderr }
}

function own({ cwd, serverFilesUid }: Product, folder: string): void {
  mkdirSync(join(cwd, folder))
  chownSync(join(cwd, folder), serverFilesUid, serverFilesUid)
}

describe.each(USERS)('row 36, as %s', (user) => {
  it.each(DOORS)('a folder with $what in it is not shared', async (door) => {
    const { came, stderr } = await attempt(user, door)
    expect(came).toBe('')
    expect(stderr).toMatch(/is not shared: it holds a (socket|named pipe), /)
  })

  it.each(DOORS)('without the guard, $what leads outside', async (door) => {
    const { came } = await attempt(user, door, patchedBuild(internet.folder(0), NO_LOOK))
    expect(came).toContain(SECRET)
  })
})
