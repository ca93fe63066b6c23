import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { absolutePath, isInRoot, isWithin, refusal, share } from '../../../runtime/sandbox/shares.ts'
import { onPlatform } from '../../fixtures/on-platform.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'shares-')))
const store = join(root, 'store')
const context = { cwd: root, store }
let listener: Server
beforeAll(async () => {
  for (const path of ['store/servers', 'store/homes/p', 'notes/deep/er', 'busy/a/b', 'busy/node_modules'])
    mkdirSync(join(root, path), { recursive: true })
  writeFileSync(join(root, 'notes', 'note.txt'), '')
  symlinkSync(join(root, 'notes'), join(root, 'link'))
  listener = createServer()
  await new Promise<void>((resolve) => listener.listen(join(root, 'busy/a/b/x.sock'), resolve))
})
afterAll(() => {
  listener.close()
  rmSync(root, { recursive: true })
})

describe('share', () => {
  it.each([
    ['an absolute path', () => join(root, 'notes'), 'notes', 'notes'],
    ['a relative one', () => 'notes', 'notes', 'notes'],
    ['a file', () => './notes/note.txt', 'notes/note.txt', 'notes/note.txt'],
    ['a link, at the link’s own path', () => 'link', 'notes', 'link'],
    ['a folder beside a socket', () => 'notes', 'notes', 'notes'],
  ])('shows %s', (_, path, source, target) => {
    expect(share(path(), true, '--allow-write', context)).toEqual({
      source: join(root, source),
      target: join(root, target),
      write: true,
    })
  })

  it.each([
    ['what is not there', 'nowhere', 'there is no such file or folder'],
    ['the root', '/', 'the whole file system is never shared'],
    ['the store', 'store', 'own store'],
    ['what holds the store', '.', 'own store'],
    ['histories', 'store/servers', 'own store'],
    ['a home', homedir(), 'a whole home folder is never shared'],
    ['~', '~', 'a whole home folder is never shared'],
    ['what the kernel says', '/proc/self', '/proc is never shared'],
    ['devices', '/dev', '/dev is never shared'],
    ['other services’ sockets', '/run', '/run is never shared'],
    ['a socket', 'busy/a/b/x.sock', 'it holds a socket'],
    ['a folder with a socket far down', 'busy', 'it holds a socket'],
  ])('refuses %s', (_, path, message) => {
    expect(() => share(path, false, '--allow-read', context)).toThrow(message)
    expect(() => share(path, false, '--allow-read', context)).toThrow(`--allow-read ${path}: `)
  })

  it.each([
    ['the store', 'store', 'store'],
    ['what holds the store', '.', 'root'],
  ])('refuses %s by another name', (_, path, name) => {
    const other = mkdtempSync(join(tmpdir(), `${name}-again-`))
    // As many names for one folder as a file system that folds case has.
    execFileSync('mount', ['--bind', join(root, path), other])
    try {
      expect(() => share(other, false, '--allow-read', context)).toThrow('own store')
      expect(() => share(join(other, name === 'store' ? 'servers' : 'store'), false, 'x', context)).toThrow(
        'own store',
      )
    } finally {
      execFileSync('umount', [other])
      rmSync(other, { recursive: true })
    }
  })

  it('refuses, on another system, what an engine’s machine has of its own', () => {
    expect(refusal('/usr/share', context)).toBeNull()
    onPlatform('darwin')
    expect(refusal('/usr/share', context)).toBe('the machine of the container engine has a /usr of its own')
    expect(refusal(join(root, 'notes'), context)).toBeNull()
  })

  it('refuses what mcp-run itself is started from, wherever the store is', () => {
    const home = join(root, 'other')
    for (const name of ['code', 'packages']) mkdirSync(join(home, name), { recursive: true })
    vi.stubEnv('MCP_RUN_HOME', home)
    for (const path of [home, join(home, 'code'), join(home, 'code', 'x')])
      expect(refusal(path, context)).toBe(`it holds mcp-run's own code, ${home}/code`)
    expect(refusal(join(home, 'packages'), context)).toBeNull()
    vi.unstubAllEnvs()
  })

  it('takes a server’s own home in the store for what it is', () => {
    expect(refusal(join(store, 'homes', 'p'), context)).toBeNull()
  })
})

describe('paths', () => {
  it.each([
    ['/a', '/a', true],
    ['/a/b', '/a', true],
    ['/a/b', '/a/', true],
    ['/ab', '/a', false],
    ['/a', '/a/b', false],
    ['/anything', '/', true],
  ])('%s within %s: %s', (path, folder, expected) => expect(isWithin(path, folder)).toBe(expected))

  it.each([
    ['~', homedir()],
    ['~/x', join(homedir(), 'x')],
    ['x', '/work/x'],
    ['../x', '/x'],
    ['/x/../y', '/y'],
    ['~other', '/work/~other'],
  ])('%s is %s', (path, expected) => expect(absolutePath(path, '/work')).toBe(expected))

  it.each([
    ['/usr/bin/node', true],
    ['/bin/sh', true],
    ['/nix/store/x/bin/node', true],
    ['/opt/node/bin/node', false],
    ['/usr2/bin/x', false],
  ])('%s is in every sandbox’s root: %s', (path, expected) => expect(isInRoot(path)).toBe(expected))
})
