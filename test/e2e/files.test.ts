import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Internet } from '../fixtures/internet/model.ts'
import { type Product, product, USERS } from '../fixtures/product/product.ts'
import { runOpen } from '../fixtures/product/run-open.ts'
import { on, startInternet } from '../fixtures/product/sandbox.ts'
import { insideShell } from '../fixtures/sandboxed/inside.ts'

let internet: Internet
let listener: Server
beforeAll(async () => {
  internet = await startInternet()
})
afterAll(async () => {
  listener?.close()
  await internet.close()
})

describe.each(USERS)('as %s', (user) => {
  let mcp: Product
  let uid: number
  let profile: string
  let folder: string
  beforeEach(() => {
    mcp = product(internet, { user })
    uid = mcp.serverFilesUid
    profile = mcp.profile('p', 'name: p\negress: []\n')
    folder = join(internet.folder(uid), 'notes')
    make(folder)
    writeFileSync(join(folder, 'note.txt'), 'forty-two\n')
    chownSync(join(folder, 'note.txt'), uid, uid)
  })
  const make = (path: string, owner = uid): string => {
    mkdirSync(path, { mode: 0o700 })
    chownSync(path, owner, owner)
    return path
  }
  const inShell = (script: string, ...args: string[]) => insideShell(mcp, profile, script, { args })

  it('shows a folder for reading, at the same path', async () => {
    const script = `cat ${folder}/note.txt; echo no > ${folder}/new && echo written; rm ${folder}/note.txt && echo removed; true`
    const { output } = await inShell(script, '--allow-read', folder)
    expect(output).toBe('forty-two\n')
    expect(readFileSync(join(folder, 'note.txt'), 'utf8')).toBe('forty-two\n')
  })

  it('shows a folder for writing; what is written belongs to its owner', async () => {
    const script = `cd ${folder} && cat note.txt && echo new > new.txt && mkdir sub && echo deep > sub/deep && echo more >> note.txt && ls -ld . | cut -d' ' -f3`
    const { output } = await inShell(script, '--allow-write', folder)
    expect(output).toBe('forty-two\nmcp\n')
    expect(readFileSync(join(folder, 'note.txt'), 'utf8')).toBe('forty-two\nmore\n')
    for (const name of ['new.txt', 'sub', 'sub/deep', 'note.txt'])
      expect([name, lstatSync(join(folder, name)).uid, lstatSync(join(folder, name)).gid]).toEqual([
        name,
        uid,
        uid,
      ])
  })

  it('takes the same from a profile, relative to the working folder', async () => {
    make(join(mcp.cwd, 'in'))
    make(join(mcp.cwd, 'out'))
    const own = mcp.profile('own', 'name: own\negress: []\nfiles: { read: [in], write: [./out] }\n')
    const script = 'touch in/x && echo wrote in; touch out/x && echo wrote out; true'
    expect((await insideShell(mcp, own, script)).output).toBe('wrote out\n')
    expect(statSync(join(mcp.cwd, 'out', 'x')).uid).toBe(uid)
  })

  it('shows a command of one’s own the working folder, for reading', async () => {
    const { output, result } = await inShell('pwd; ls; touch x 2>/dev/null || echo read-only')
    expect(output).toBe(`${mcp.cwd}\np.yaml\nread-only\n`)
    expect(result.stderr.toString()).toContain(`folder ${mcp.cwd}\n`)
  })

  it('starts in the working folder for writing where that is allowed', async () => {
    const { output } = await inShell('pwd; touch x && echo written', '--allow-write', '.')
    expect(output).toBe(`${mcp.cwd}\nwritten\n`)
  })

  it.each(['home', 'with a socket'])(
    'starts in its own HOME where the working folder is one with: %s',
    async (what) => {
      const cwd = what === 'home' ? mcp.home : make(join(folder, 'socket'))
      if (what !== 'home') await listenIn(cwd)
      writeFileSync(join(cwd, 'secret'), 'secret')
      const { argv, options } = mcp.command(['--profile', profile, '--', 'sh', '-c', 'pwd; ls -A'])
      const { stdout, stderr } = await internet.run(argv, { ...options, cwd })
      expect(stdout.toString()).toBe('/home/mcp\n')
      expect(stderr.toString()).toContain('folder /home/mcp\n')
    },
  )

  const listenIn = async (path: string): Promise<void> => {
    listener?.close()
    listener = createServer()
    await new Promise<void>((resolve) => listener.listen(join(path, 'agent.sock'), resolve))
  }

  it.each<readonly [string, () => string | Promise<string>, string]>([
    ['the root', () => '/', 'the whole file system is never shared'],
    ['a home', () => mcp.home, 'a whole home folder is never shared'],
    ['what holds a home', () => join(mcp.home, '..'), 'never shared|own store'],
    ['~', () => '~', 'a whole home folder is never shared'],
    ['the store', () => mcp.store, 'own store'],
    ['every server’s history', () => make(join(mcp.store, 'servers')), 'own store'],
    ['/proc', () => '/proc/self', '/proc is never shared'],
    ['/run', () => '/run', '/run is never shared'],
    ['/dev', () => '/dev/shm', '/dev is never shared'],
    ['a link to a home', () => linkTo(mcp.home), 'a whole home folder is never shared'],
    ['what is not there', () => join(folder, 'nowhere'), 'there is no such file or folder'],
    [
      'a folder with a socket in it',
      async () => {
        const inner = make(join(make(join(folder, 'a')), 'b'))
        await listenIn(inner)
        return folder
      },
      'it holds a socket',
    ],
  ])('refuses %s', async (_, path, message) => {
    for (const option of ['--allow-read', '--allow-write']) {
      const given = await path()
      const args = ['--profile', profile, option, given, '--', 'sh', '-c', 'echo started']
      const result = await runOpen(mcp, args).ended
      expect(result.code).toBe(2)
      expect(result.stdout.toString()).toBe('')
      expect(result.stderr.toString()).toMatch(new RegExp(`^mcp-run: ${option} .*: .*(${message})`, 'm'))
      expect(result.stderr.toString()).toContain('mcp-run: try: ')
      rmSync(join(mcp.store, 'servers'), { recursive: true, force: true })
      rmSync(join(folder, 'a'), { recursive: true, force: true })
    }
  })

  const linkTo = (target: string): string => {
    const link = join(folder, 'link')
    rmSync(link, { force: true })
    symlinkSync(target, link)
    return link
  }
})

describe('as root, of somebody else’s folder', () => {
  const theirs = (): { mcp: Product; profile: string; folder: string } => {
    const mcp = product(internet, { user: 'root' })
    const folder = join(internet.folder(4242), 'theirs')
    mkdirSync(folder, { mode: 0o700 })
    writeFileSync(join(folder, 'note.txt'), 'theirs\n', { mode: 0o600 })
    for (const path of [folder, join(folder, 'note.txt')]) chownSync(path, 4242, 4243)
    return { mcp, profile: mcp.profile('p', 'name: p\negress: []\n'), folder }
  }

  on('native', () => {
    it('writes as its owner, and reads what only they may read', async () => {
      const { mcp, profile, folder } = theirs()
      const script = `cat ${folder}/note.txt; echo new > ${folder}/new.txt; id -u`
      const { output } = await insideShell(mcp, profile, script, { args: ['--allow-write', folder] })
      expect(output).toBe('theirs\n1000\n')
      const { uid, gid } = statSync(join(folder, 'new.txt'))
      expect([uid, gid]).toEqual([4242, 4243])
    })
  })

  on(['docker', 'docker-recorder'], () => {
    it.each([
      ['--allow-read', 0o700, 'may not read it'],
      ['--allow-write', 0o755, 'may not write to it'],
    ])('refuses %s of one whose mode is %o, since no container maps ids', async (option, mode, message) => {
      const { mcp, profile, folder } = theirs()
      chmodSync(folder, mode)
      const result = await runOpen(mcp, ['--profile', profile, option, folder, '--', 'echo', 'started']).ended
      expect(result.stderr.toString()).toContain(message)
      expect(result.stderr.toString()).toContain('--sandbox native')
      expect([result.code, result.stdout.toString()]).toEqual([2, ''])
    })
  })

  it('is nobody’s user outside: it reads no file that only root may', async () => {
    const mcp = product(internet, { user: 'root' })
    const profile = mcp.profile('p', 'name: p\negress: []\n')
    const folder = join(internet.folder(4242), 'mixed')
    mkdirSync(folder, { mode: 0o755 })
    chownSync(folder, 4242, 4242)
    writeFileSync(join(folder, 'roots'), 'secret', { mode: 0o600 })
    const { output } = await insideShell(mcp, profile, `cat ${folder}/roots 2>/dev/null || echo barred`, {
      args: ['--allow-read', folder],
    })
    expect(output).toBe('barred\n')
  })
})
